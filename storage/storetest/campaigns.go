package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"backchannel/storage"
)

// Campaigns keeps the campaigns that applications name in their calls.
type Campaigns interface {
	campaignReads
	campaignWrites
}

// campaignReads are the methods of Campaigns that read. An unknown campaign is
// storage.ErrNotFound.
type campaignReads interface {
	Campaigns(ctx context.Context) ([]storage.Campaign, error)
	Campaign(ctx context.Context, id storage.ID) (storage.Campaign, error)
	// CampaignByName finds a live campaign by its own name, not by that of its draft.
	CampaignByName(ctx context.Context, name string) (storage.Campaign, error)
	CampaignByUUID(ctx context.Context, uuid string) (storage.Campaign, error)
	// CheckCampaign returns the error that saving would return, and stores nothing.
	CheckCampaign(ctx context.Context, c storage.Campaign) error
	// MessageCounts counts the messages of every campaign by state.
	MessageCounts(ctx context.Context) (map[storage.ID]storage.MessageCounts, error)
}

// campaignWrites are the methods of Campaigns that write.
type campaignWrites interface {
	// SaveCampaigns creates campaigns without an ID and updates the others, in one commit. On an
	// error it leaves the campaigns as they were passed.
	SaveCampaigns(ctx context.Context, all ...*storage.Campaign) error
	// DeleteCampaign deletes a draft. Any other status is a conflict.
	DeleteCampaign(ctx context.Context, id storage.ID) error
	// SaveInventory does what SaveWebhooks and SaveCampaigns do, in one commit.
	SaveInventory(ctx context.Context, webhooks []*storage.Webhook, campaigns []*storage.Campaign) error
}

// campaignTests are the tests of Campaigns.
func campaignTests() subject {
	return subject{twice: tests{
		"a campaign comes back as it was saved":      roundTrip,
		"all campaigns are saved or none":            allOrNone,
		"an old version of a campaign is a conflict": oldVersion,
		"campaigns can swap their names":             swappedNames,
		"only a draft can be deleted":                deleteDraft,
		"webhooks and campaigns are saved together":  savedTogether,
		"a campaign has the ID of its sandbox":       sandboxIDs,
	}}
}

// campaign saves a campaign whose events go to the suite's webhook.
func (s *suite) campaign(name string) storage.Campaign {
	s.Helper()
	c := storage.NewCampaign()
	c.Name, c.Webhooks, c.Sandbox.Name = name, true, s.hook.Sandbox.Name
	s.must(s.store.SaveCampaigns(s.ctx, &c))
	return c
}

// sandboxIDs tests that a campaign without the UUID of its sandbox gets that of a webhook or another
// campaign in the same sandbox, even one that is saved in the same commit. A UUID that a user chose
// is kept.
func sandboxIDs(s *suite) {
	const own = "0b1d6b3c-8d8d-4b29-9a1e-0f3d7a1c2b4e"
	save := func(name, sandbox, id string) storage.Campaign {
		c := storage.NewCampaign()
		c.Name, c.Organization, c.Sandbox = name, " "+s.hook.Organization, storage.Sandbox{Name: sandbox + " ", ID: id}
		s.must(s.store.SaveInventory(s.ctx, nil, []*storage.Campaign{&c}))
		return c
	}
	known := s.hook.Sandbox
	first, second, chosen, elsewhere := save("first", known.Name, ""), save("second", known.Name, " "), save("chosen", known.Name, own), save("elsewhere", "none", "")
	if first.Sandbox != known || second.Sandbox != known {
		s.Errorf("got the sandboxes %+v and %+v, want that of the webhook, %+v", first.Sandbox, second.Sandbox, known)
	}
	if chosen.Sandbox.ID != own {
		s.Errorf("the chosen ID: got %q, want %q", chosen.Sandbox.ID, own)
	}
	if beside := save("beside", "none", ""); beside.Sandbox != elsewhere.Sandbox || beside.Sandbox.ID == known.ID {
		s.Errorf("two campaigns of one sandbox: got %+v and %+v", elsewhere.Sandbox, beside.Sandbox)
	}
	live, err := first.Activate()
	s.must(err)
	moved := live.Latest()
	moved.Sandbox = storage.Sandbox{Name: "none"}
	live, err = live.Edit(moved)
	s.must(err)
	s.must(s.store.SaveCampaigns(s.ctx, &live))
	if live.Draft.Sandbox != elsewhere.Sandbox || live.Sandbox != known {
		s.Errorf("got sandbox %+v of the draft and %+v of the live campaign", live.Draft.Sandbox, live.Sandbox)
	}
	hook := s.hook
	hook.ID, hook.Version, hook.Name, hook.Sandbox = 0, 0, "along", storage.Sandbox{Name: "new"}
	along := storage.NewCampaign()
	along.Name, along.Organization, along.Sandbox = "along", hook.Organization, storage.Sandbox{Name: "new"}
	s.must(s.store.SaveInventory(s.ctx, []*storage.Webhook{&hook}, []*storage.Campaign{&along}))
	if along.Sandbox != hook.Sandbox {
		s.Errorf("saved together: got the sandboxes %+v and %+v", along.Sandbox, hook.Sandbox)
	}
}

// roundTrip saves a campaign with a draft, whose settings all differ from the defaults.
func roundTrip(s *suite) {
	c := storage.NewCampaign()
	c.Name, c.Channel, c.Category, c.HighThroughput, c.CreateProfiles = "welcome", storage.SMS, storage.Transactional, true, false
	c.Start, c.End = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	c.Webhooks, c.RequestIDFrom, c.Repeat = true, storage.FromGateway, storage.RepeatIgnore
	c.Plan = storage.OutcomePlan{Seed: -3, Speed: 10, Rules: []storage.OutcomeRule{{Pattern: "+1*", Outcome: "code-402"}}, Shares: []storage.OutcomeShare{{Outcome: "error", Percent: 2.5}}}
	s.must(s.store.SaveCampaigns(s.ctx, &c))
	draft := c.Latest()
	draft.Name = "hello"
	live, err := c.Activate()
	s.must(err)
	edited, err := live.Edit(draft)
	s.must(err)
	s.must(s.store.SaveCampaigns(s.ctx, &edited))
	got, err := s.store.CampaignByName(s.ctx, "welcome")
	s.must(err)
	if diff := cmp.Diff(edited, got); diff != "" || got.Version != 2 || got.Draft == nil {
		s.Errorf("(-saved, +read): %s", diff)
	}
	if _, err := s.store.CampaignByName(s.ctx, "hello"); !errors.Is(err, storage.ErrNotFound) {
		s.Errorf("the name of a draft must not find the campaign: got %v", err)
	}
}

// allOrNone saves a campaign together with one that is both invalid and in conflict. Both errors are
// reported, and neither campaign is stored.
func allOrNone(s *suite) {
	taken, one, bad := s.campaign("taken"), storage.NewCampaign(), storage.NewCampaign()
	one.Name, bad.Name, bad.Plan.Speed = "one", taken.Name, -1
	err := s.store.SaveCampaigns(s.ctx, &one, &bad)
	var fields storage.FieldErrors
	if !errors.As(err, &fields) || len(fields) != 2 || fields[0].Field != "plan.speed" || fields[1].Field != "name" || !fields[1].Conflict {
		s.Errorf("an invalid campaign: got %v", err)
	}
	all, err := s.store.Campaigns(s.ctx)
	s.must(err)
	if len(all) != 1 || one.ID != 0 {
		s.Errorf("got the campaigns %+v, want only the first", all)
	}
	if err := s.store.CheckCampaign(s.ctx, bad); !errors.As(err, &fields) || len(fields) != 2 {
		s.Errorf("CheckCampaign: got %v", err)
	}
}

// oldVersion saves a campaign that has been changed since it was read, and one that does not exist.
func oldVersion(s *suite) {
	old := s.campaign("welcome")
	changed := old
	changed.Identity = "crm"
	s.must(s.store.SaveCampaigns(s.ctx, &changed))
	old.Identity = "other"
	if err := s.store.SaveCampaigns(s.ctx, &old); !errors.Is(err, storage.ErrConflict) {
		s.Errorf("an old version: got %v, want ErrConflict", err)
	}
	gone := changed
	gone.ID = 12345
	if err := s.store.SaveCampaigns(s.ctx, &gone); !errors.Is(err, storage.ErrNotFound) {
		s.Errorf("a campaign that does not exist: got %v, want ErrNotFound", err)
	}
}

// swappedNames exchanges two names in one commit. Neither may be compared with the stored name of
// the other, which is about to change.
func swappedNames(s *suite) {
	a, b := s.campaign("a"), s.campaign("b")
	a.Name, b.Name = "b", "a"
	s.must(s.store.SaveCampaigns(s.ctx, &a, &b))
	if got, err := s.store.CampaignByName(s.ctx, "b"); err != nil || got.ID != a.ID {
		s.Errorf("campaign b: got %+v, %v", got, err)
	}
}

// deleteDraft deletes a live campaign, which is a conflict, and a draft twice.
func deleteDraft(s *suite) {
	c := s.campaign("welcome")
	live, err := c.Activate()
	s.must(err)
	s.must(s.store.SaveCampaigns(s.ctx, &live))
	if err := s.store.DeleteCampaign(s.ctx, c.ID); !errors.Is(err, storage.ErrConflict) {
		s.Errorf("a live campaign: got %v, want ErrConflict", err)
	}
	draft := s.campaign("other")
	s.must(s.store.DeleteCampaign(s.ctx, draft.ID))
	if err := s.store.DeleteCampaign(s.ctx, draft.ID); !errors.Is(err, storage.ErrNotFound) {
		s.Errorf("a deleted campaign: got %v, want ErrNotFound", err)
	}
}

// savedTogether tests that SaveInventory stores both kinds or neither, whichever is at fault.
func savedTogether(s *suite) {
	taken := s.campaign("taken")
	hook, c := s.hook, storage.NewCampaign()
	hook.Name, c.Name = "renamed", "taken"
	if err := s.store.SaveInventory(s.ctx, []*storage.Webhook{&hook}, []*storage.Campaign{&c}); !errors.Is(err, storage.ErrConflict) {
		s.Errorf("a name that is taken: got %v, want ErrConflict", err)
	}
	if all, err := s.store.Webhooks(s.ctx); err != nil || len(all) != 1 || all[0].Name != s.hook.Name || hook.Version != s.hook.Version || c.ID != 0 {
		s.Errorf("the webhook saved with a bad campaign: got %v, %+v", err, all)
	}
	old := s.hook
	old.Version--
	c.Name = "new"
	if err := s.store.SaveInventory(s.ctx, []*storage.Webhook{&old}, []*storage.Campaign{&c}); !errors.Is(err, storage.ErrConflict) {
		s.Errorf("an old webhook: got %v, want ErrConflict", err)
	}
	if all, err := s.store.Campaigns(s.ctx); err != nil || len(all) != 1 {
		s.Errorf("the campaign saved with a bad webhook: got %v, %+v", err, all)
	}
	taken.Name, c.Name = "new", "taken"
	s.must(s.store.SaveInventory(s.ctx, []*storage.Webhook{&hook}, []*storage.Campaign{&taken, &c}))
	if got, err := s.store.CampaignByName(s.ctx, "taken"); err != nil || got.ID != c.ID || c.ID == 0 || c.Version != 1 || taken.Version != 2 || hook.Version != s.hook.Version+1 {
		s.Errorf("saved together: got %+v, %v", got, err)
	}
	s.must(s.store.SaveInventory(s.ctx, nil, []*storage.Campaign{&c}))
	s.must(s.store.SaveInventory(s.ctx, []*storage.Webhook{&hook}, nil))
	s.must(s.store.SaveInventory(s.ctx, nil, nil))
	if c.Version != 2 || hook.Version != s.hook.Version+2 {
		s.Errorf("saved separately: got campaign version %d and webhook version %d", c.Version, hook.Version)
	}
}

// runCampaigns tests how a store keeps campaigns, executions and messages.
func runCampaigns[S interface {
	Base
	Campaigns
	Executions
	Activities
}](t *testing.T, create Create[S]) {
	run(t, create, campaignTests(), executionTests())
}
