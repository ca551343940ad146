package storage_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"backchannel/storage"
)

func welcome() storage.Campaign {
	c := storage.NewCampaign()
	c.Name, c.Webhooks = "welcome", true
	c.Normalize()
	return c
}

func TestActivateEditAndStopACampaign(t *testing.T) {
	draft := welcome()
	live, err := draft.Activate()
	if err != nil || live.Status != storage.CampaignLive || live.VersionID == draft.VersionID || live.UUID != draft.UUID {
		t.Fatalf("activated: got %+v, %v", live, err)
	}
	changed := live.Latest()
	changed.Name, changed.Plan.Seed = "hello", 7
	edited, err := live.Edit(changed)
	if err != nil || edited.Name != "welcome" || edited.Latest().Name != "hello" || edited.DraftVersionID == "" || edited.VersionID != live.VersionID {
		t.Fatalf("edited while live: got %+v, %v", edited, err)
	}
	first := edited.DraftVersionID
	if edited, err = edited.Edit(changed); err != nil || edited.DraftVersionID != first {
		t.Errorf("edited again: got draft version %s, %v; want %s", edited.DraftVersionID, err, first)
	}
	again, err := edited.Activate()
	if err != nil || again.Name != "hello" || again.Plan.Seed != 7 || again.Draft != nil || again.DraftVersionID != "" || again.VersionID == live.VersionID {
		t.Errorf("activated again: got %+v, %v", again, err)
	}
	stopped, err := edited.Stop()
	if err != nil || stopped.Status != storage.CampaignStopped || stopped.Draft != nil || stopped.Name != "welcome" {
		t.Errorf("stopped: got %+v, %v", stopped, err)
	}
}

func TestCampaignRejectsActionsOfOtherStates(t *testing.T) {
	draft := welcome()
	live, _ := draft.Activate()
	stopped, _ := live.Stop()
	for reason, try := range map[string]func() error{
		"is a draft, which does not run":  func() error { _, err := draft.Stop(); return err },
		"is stopped already":              func() error { _, err := stopped.Stop(); return err },
		"is already live":                 func() error { _, err := live.Activate(); return err },
		"cannot be activated again":       func() error { _, err := stopped.Activate(); return err },
		"is stopped and cannot be change": func() error { _, err := stopped.Edit(draft.Latest()); return err },
		"stop it instead":                 live.CheckDelete,
		"has been live":                   stopped.CheckDelete,
	} {
		if err := try(); !errors.Is(err, storage.ErrConflict) || !strings.Contains(err.Error(), reason) {
			t.Errorf("got %v, want a conflict with %q", err, reason)
		}
	}
	if err := draft.CheckDelete(); err != nil {
		t.Errorf("a draft cannot be deleted: %v", err)
	}
}

func TestNameOfACopy(t *testing.T) {
	long := welcome()
	long.Name = strings.Repeat("é", storage.MaxNameLength)
	for _, test := range []struct {
		of    storage.Campaign
		taken []string
		want  string
	}{
		{welcome(), []string{"welcome"}, "welcome copy"},
		{welcome(), []string{"welcome", "welcome copy", "welcome copy 3"}, "welcome copy 2"},
		{welcome(), []string{"welcome copy", "welcome copy 2"}, "welcome copy 3"},
		{long, nil, strings.Repeat("é", storage.MaxNameLength-5) + " copy"},
	} {
		made := test.of.Duplicate(test.taken)
		if made.Name != test.want || made.Status != storage.CampaignDraft || made.ID != 0 || made.UUID != "" {
			t.Errorf("a copy of %s: got %+v, want the draft %q", test.of.Name, made, test.want)
		}
	}
}

func TestInvalidCampaigns(t *testing.T) {
	noon := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	rules := storage.Rules{FailureCodes: func(c storage.Channel) []string {
		return map[storage.Channel][]string{storage.Email: {"10", "24"}, storage.SMS: {"402"}}[c]
	}}
	for _, test := range []struct {
		change func(*storage.Campaign)
		want   []string // the beginnings of the errors
	}{
		{func(*storage.Campaign) {}, nil},
		{func(c *storage.Campaign) { c.Name = strings.Repeat("x", 65) }, []string{"name: has 65 characters"}},
		{func(c *storage.Campaign) { c.Name, c.Organization, c.Sandbox.Name, c.Sandbox.ID = "", "", "a\x1b", "x" },
			[]string{"name: is missing", "organization: is missing", "sandbox.name: contains the character U+001B", `sandbox.id: "x" is not a valid UUID`}},
		{func(c *storage.Campaign) {
			c.Category, c.Channel, c.Repeat, c.RequestIDFrom, c.Status = "x", "push", "y", "z", "Paused"
		},
			[]string{`status: "Paused" is unknown; use Draft, Live or Stopped`, `category: "x" is unknown; use Transactional or Marketing`, `channel: "push" is unknown`, `requestIdFrom: "z"`, `repeat: "y"`}},
		{func(c *storage.Campaign) { c.Category = storage.Marketing }, []string{"webhooks: only a transactional campaign can enable webhooks"}},
		{func(c *storage.Campaign) { c.Category, c.Webhooks = storage.Marketing, false }, nil},
		{func(c *storage.Campaign) { c.Start, c.End = noon, noon }, []string{"end: 2026-11-02T12:00:00Z is not after the start, 2026-11-02T12:00:00Z"}},
		{func(c *storage.Campaign) { c.Plan.Speed = -1 }, []string{"plan.speed: -1 is out of range; use 0.001 to 1000"}},
		{func(c *storage.Campaign) {
			c.Plan.Rules = []storage.OutcomeRule{{"*@a.test", "bounce"}, {"", "bonce"}, {"x*", ""}, {"y*", "code-10"}, {"z*", "code-99"}, {"u*", storage.UnknownProfile}}
		}, []string{"plan.rules[1].pattern: is missing", `plan.rules[1].outcome: "bonce" is unknown on email; use delivered,`, "plan.rules[2].outcome: is missing",
			`plan.rules[4].outcome: email has no code "99"; use one of 10, 24`, `plan.rules[5].outcome: "unknown-profile" is a word for addresses only`}},
		{func(c *storage.Campaign) {
			c.Channel = storage.SMS
			c.Plan.Shares = []storage.OutcomeShare{{"bounce", 60}, {"bounce-hard", 10}, {"error", 0}, {"bounce", 50}}
		}, []string{`plan.shares[1].outcome: "bounce-hard" is unknown on sms`, "plan.shares[2].percent: 0 is out of range", `plan.shares[3].outcome: "bounce" is named twice`, "plan.shares: are 120 % in total"}},
		{func(c *storage.Campaign) { c.Plan.Shares = []storage.OutcomeShare{{"bounce", 60}, {"error", 40.01}} }, []string{"plan.shares: are 100.01 % in total; use at most 100"}},
		{func(c *storage.Campaign) {
			c.Plan.Shares = []storage.OutcomeShare{{"bounce", 33.3}, {"error", 33.3}, {"sent", 33.4}}
		}, nil},
		{func(c *storage.Campaign) { d := c.Latest(); d.Name = ""; c.Draft = &d }, []string{"name: is missing"}},
	} {
		c := welcome()
		test.change(&c)
		err := c.Validate(rules)
		var bad storage.FieldErrors
		errors.As(err, &bad)
		var got []string
		for _, f := range bad {
			got = append(got, f.Field+": "+f.Reason)
		}
		if !slices.EqualFunc(got, test.want, strings.HasPrefix) {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

func TestDefaultsOfACampaign(t *testing.T) {
	c := storage.NewCampaign()
	c.Name, c.Channel, c.Plan.Speed = " welcome ", storage.SMS, 0
	c.Normalize()
	if c.Name != "welcome" || c.Identity != "phone" || c.UUID == "" || c.VersionID == "" || c.Sandbox.ID == "" || c.Plan.Speed != 1 {
		t.Errorf("got %+v", c)
	}
	if id := c.MessageID(); id != c.MessageID() || id == "" {
		t.Error("the message ID of a version changes")
	}
}

func TestCampaignNamesAreUnique(t *testing.T) {
	c, other := welcome(), welcome()
	c.ID, other.ID = 1, 2
	renamed := other.Latest()
	renamed.Name = "hello"
	other.Name, other.Draft = "other", &renamed
	if bad := c.Conflicts(c, other); len(bad) != 0 {
		t.Errorf("another name: got %v, want no conflict", bad)
	}
	c.Name = "hello"
	if bad := c.Conflicts(other); len(bad) != 1 || !bad[0].Conflict {
		t.Errorf("the name of another campaign's draft: got %v, want a conflict", bad)
	}
}

func TestWhySilent(t *testing.T) {
	w := storage.NewWebhook()
	w.Name, w.Channels = "acme", []storage.Channel{storage.SMS}
	both := w
	both.Channels = storage.Channels()
	for _, test := range []struct {
		change func(*storage.Campaign)
		w      *storage.Webhook
		want   string
	}{
		{func(*storage.Campaign) {}, &both, ""},
		{func(c *storage.Campaign) { c.Webhooks = false }, &both, "Enable webhooks is off in campaign welcome; edit it"},
		{func(c *storage.Campaign) { c.Webhooks, c.Category = false, storage.Marketing }, &both, "a marketing campaign sends no"},
		{func(*storage.Campaign) {}, nil, "there is no webhook for myImsOrg / prod; create one"},
		{func(*storage.Campaign) {}, &w, "webhook acme does not have the channel email; edit it"},
	} {
		c := welcome()
		test.change(&c)
		if got := c.WhySilent(test.w); !strings.HasPrefix(got, test.want) || (got == "") != (test.want == "") {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

func TestStatusOfAnExecution(t *testing.T) {
	waiting := storage.Message{State: storage.MessagePlanned, Events: []storage.MessageEvent{{State: storage.Queued}}}
	trying := storage.Message{State: storage.MessagePlanned, Events: []storage.MessageEvent{{State: storage.Retrying, Attempts: 1}}}
	bounced := storage.Message{State: storage.MessageBounce, Events: []storage.MessageEvent{{State: storage.StateDelivered, Attempts: 1}}}
	refused := storage.Message{State: storage.MessagePlanned, Events: []storage.MessageEvent{{State: storage.Failed, Attempts: 1}}}
	excluded := storage.Message{State: storage.MessageExcluded}
	half := storage.Message{State: storage.MessageSent, Events: append(slices.Clone(bounced.Events), waiting.Events...)}
	for _, test := range []struct {
		messages []storage.Message
		want     storage.ExecutionStatus
	}{
		{[]storage.Message{waiting, waiting}, storage.ExecutionPending},
		{[]storage.Message{waiting, trying}, storage.ExecutionInProgress},
		{[]storage.Message{half}, storage.ExecutionInProgress},
		{[]storage.Message{bounced, waiting}, storage.ExecutionInProgress},
		{[]storage.Message{excluded, waiting}, storage.ExecutionPending},
		{[]storage.Message{bounced, bounced}, storage.ExecutionFailed},
		{[]storage.Message{bounced, excluded}, storage.ExecutionCompleted},
		{[]storage.Message{excluded}, storage.ExecutionCompleted},
		{[]storage.Message{refused}, storage.ExecutionCompleted},
	} {
		if got := storage.StatusOf(test.messages); got != test.want {
			t.Errorf("%+v: got %s, want %s", test.messages, got, test.want)
		}
	}
}
