package storetest

import (
	"context"
	"errors"
	"time"

	"github.com/google/go-cmp/cmp"

	"backchannel/storage"
)

// Campaigns are what an application executes, and what follows from it.
type Campaigns interface {
	Campaigns(ctx context.Context) ([]storage.Campaign, error)
	CampaignByName(ctx context.Context, name string) (storage.Campaign, error)
	SaveCampaigns(ctx context.Context, all ...*storage.Campaign) error
	CheckCampaign(ctx context.Context, c storage.Campaign) error
	DeleteCampaign(ctx context.Context, id storage.ID) error
	MessageCounts(ctx context.Context) (map[storage.ID]storage.MessageCounts, error)
}

func campaignTests() tests {
	return tests{
		"a campaign comes back as it was saved":      roundTrip,
		"all campaigns are saved or none":            allOrNone,
		"an old version of a campaign is a conflict": oldVersion,
		"names of campaigns can be swapped":          swappedNames,
		"only a draft is deleted":                    deleteDraft,
	}
}

func (s *suite) campaign(name string) storage.Campaign {
	s.Helper()
	c := storage.NewCampaign()
	c.Name, c.Webhooks, c.Sandbox.Name = name, true, s.hook.Sandbox.Name
	s.must(s.all.SaveCampaigns(s.ctx, &c))
	return c
}

func roundTrip(s *suite) {
	c := storage.NewCampaign()
	c.Name, c.Channel, c.Category, c.HighThroughput, c.CreateProfiles = "welcome", storage.SMS, storage.Transactional, true, false
	c.Start, c.End = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	c.Webhooks, c.RequestIDFrom, c.Repeat = true, storage.FromGateway, storage.RepeatIgnore
	c.Plan = storage.OutcomePlan{Seed: -3, Speed: 10, Rules: []storage.OutcomeRule{{Pattern: "+1*", Outcome: "code-402"}}, Shares: []storage.OutcomeShare{{Outcome: "error", Percent: 2.5}}}
	s.must(s.all.SaveCampaigns(s.ctx, &c))
	draft := c.Latest()
	draft.Name = "hello"
	live, err := c.Activate()
	s.must(err)
	edited, err := live.Edit(draft)
	s.must(err)
	s.must(s.all.SaveCampaigns(s.ctx, &edited))
	got, err := s.all.CampaignByName(s.ctx, "welcome")
	s.must(err)
	if diff := cmp.Diff(edited, got); diff != "" || got.Version != 2 || got.Draft == nil {
		s.Errorf("came back otherwise (-saved, +read): %s", diff)
	}
	if _, err := s.all.CampaignByName(s.ctx, "hello"); !errors.Is(err, storage.ErrNotFound) {
		s.Errorf("the draft's name is the campaign's: %v", err)
	}
}

func allOrNone(s *suite) {
	taken, one, bad := s.campaign("taken"), storage.NewCampaign(), storage.NewCampaign()
	one.Name, bad.Name, bad.Plan.Speed = "one", taken.Name, -1
	err := s.all.SaveCampaigns(s.ctx, &one, &bad)
	var fields storage.FieldErrors
	if !errors.As(err, &fields) || len(fields) != 2 || fields[0].Field != "plan.speed" || fields[1].Field != "name" || !fields[1].Conflict {
		s.Errorf("saved what is not valid: %v", err)
	}
	all, err := s.all.Campaigns(s.ctx)
	s.must(err)
	if len(all) != 1 || one.ID != 0 {
		s.Errorf("stored are %+v", all)
	}
	if err := s.all.CheckCampaign(s.ctx, bad); !errors.As(err, &fields) || len(fields) != 2 {
		s.Errorf("checked: %v", err)
	}
}

func oldVersion(s *suite) {
	old := s.campaign("welcome")
	changed := old
	changed.Identity = "crm"
	s.must(s.all.SaveCampaigns(s.ctx, &changed))
	old.Identity = "other"
	if err := s.all.SaveCampaigns(s.ctx, &old); !errors.Is(err, storage.ErrConflict) {
		s.Errorf("saved over a change: %v", err)
	}
	gone := changed
	gone.ID = 12345
	if err := s.all.SaveCampaigns(s.ctx, &gone); !errors.Is(err, storage.ErrNotFound) {
		s.Errorf("saved what does not exist: %v", err)
	}
}

func swappedNames(s *suite) {
	a, b := s.campaign("a"), s.campaign("b")
	a.Name, b.Name = "b", "a"
	s.must(s.all.SaveCampaigns(s.ctx, &a, &b))
	if got, err := s.all.CampaignByName(s.ctx, "b"); err != nil || got.ID != a.ID {
		s.Errorf("b is %+v, %v", got, err)
	}
}

func deleteDraft(s *suite) {
	c := s.campaign("welcome")
	live, err := c.Activate()
	s.must(err)
	s.must(s.all.SaveCampaigns(s.ctx, &live))
	if err := s.all.DeleteCampaign(s.ctx, c.ID); !errors.Is(err, storage.ErrConflict) {
		s.Errorf("deleted a live one: %v", err)
	}
	draft := s.campaign("other")
	s.must(s.all.DeleteCampaign(s.ctx, draft.ID))
	if err := s.all.DeleteCampaign(s.ctx, draft.ID); !errors.Is(err, storage.ErrNotFound) {
		s.Errorf("deleted twice: %v", err)
	}
}
