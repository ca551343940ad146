package tui

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/tui/tuitest"
)

func threeCampaigns(s *testStore) { s.AddThreeCampaigns() }

// busyCampaigns adds campaigns of every status, and the messages of three calls of the live one.
func busyCampaigns(s *testStore) {
	live, _, _ := s.AddThreeCampaigns()
	for status, n := range map[storage.Status]int{storage.StatusDelivered: 11, storage.StatusBounce: 3, storage.StatusError: 2} {
		s.AddExecution(live, acme(), n, slices.Repeat([]storage.Status{status}, n)...)
	}
}

func campaignScenes() []scene {
	at := func(keys ...string) func(*console) {
		return func(c *console) { c.press(append([]string{"2"}, keys...)...) }
	}
	return []scene{
		{name: "campaigns-empty", whole: true, play: at()},
		{name: "campaigns", whole: true, set: busyCampaigns, play: at("G")},
		{name: "campaign-draft", whole: true, set: threeCampaigns, play: at("g", "j", "tab")},
		{name: "campaign-changed", set: func(s *testStore) {
			live, _, _ := s.AddThreeCampaigns()
			s.ChangeCampaign(live.ID, func(c storage.Campaign) (storage.Campaign, error) {
				draft := c.Latest()
				draft.Name = "welcome back"
				return c.Edit(draft)
			})
		}, play: at("G")},
		{name: "campaigns-filter", set: threeCampaigns, play: func(c *console) { c.press("2", "/"); c.write("sms") }},
		{name: "campaign-create", whole: true, play: at("n")},
		{name: "campaign-edit", whole: true, set: threeCampaigns, play: at("G", "e")},
		{name: "campaign-errors-all", set: threeCampaigns, play: func(c *console) {
			c.press("2", "G", "e")
			fillInCampaignBadly(c)
			c.press("ctrl+s")
		}},
		{name: "campaign-meanwhile", set: threeCampaigns, play: func(c *console) {
			c.press("2", "G", "e", "x")
			c.store.ChangeCampaign(c.store.AllCampaigns()[2].ID, storage.Campaign.Stop)
			c.press("ctrl+s")
		}},
		{name: "campaign-duplicate", set: threeCampaigns, play: at("G", "D")},
		{name: "campaign-stop", set: threeCampaigns, play: at("G", "S")},
		{name: "campaign-delete", set: threeCampaigns, play: at("g", "j", "d")},
		{name: "campaign-delete-live", set: threeCampaigns, play: at("G", "d")},
	}
}

// fillInCampaignBadly fills in the form with an error in almost every field.
func fillInCampaignBadly(c *console) {
	put := func(label, text string) {
		c.toField(label)
		c.press("ctrl+u")
		c.write(text)
	}
	put("Campaign name", "goodbye")
	c.toField("Category")
	c.press("right")
	put("Sandbox ID", "42")
	put("Start", "2026-12-02 12:00")
	put("End", "2026-12-01 12:00")
	c.toField("Backchannel's own")
	c.press("space")
	put("Outcome rules", "")
	c.press("tab", "ctrl+u")
	c.write("bouncy")
	put("Outcome shares", "bounce")
	c.press("tab", "ctrl+u")
	c.write("110")
	put("Seed", "x")
	put("Speed", "0")
}

func TestTheFirstCampaignNeedsAName(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.press("2")
		c.see("No campaign yet", "n create a campaign")
		c.press("n")
		c.see("Create campaign", "off: no events are sent", "▸ Backchannel's own caller's request ID, repeats: reject")
		c.write("welcome")
		c.press("ctrl+s")
		c.wait(time.Second)
		c.see("welcome created as a draft. Press a to activate it", "· Draft")
		got := c.store.AllCampaigns()[0]
		want := storage.NewCampaign()
		want.Name, want.Identity = "welcome", "email"
		got.Sandbox.ID = ""
		if !reflect.DeepEqual(got.CampaignSettings, want.CampaignSettings) {
			t.Errorf("created %+v, want the defaults %+v", got.CampaignSettings, want.CampaignSettings)
		}
		c.press("a")
		c.wait(time.Second)
		c.see("welcome is live", "● Live")
	})
}

func TestEveryFieldOfACampaignIsSaved(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.store.AddTwoWebhooks()
		c.wait(time.Second)
		c.press("2", "n")
		c.write("all of it")
		c.toField("Channel")
		c.press("right")
		c.see("Identity type phone")
		c.toField("Identity type")
		c.write("loyalty")
		c.toField("Create new profiles")
		c.press("space", "tab", "space")
		c.see("→ webhook acme prod gets the events")
		c.toField("Start")
		c.write("2026-12-01T12:00:00Z")
		c.press("tab")
		c.write("2026-12-24")
		c.toField("Backchannel's own")
		c.press("space", "tab", "right", "tab", "right", "right", "tab", "space", "tab", "enter")
		c.write("+1555*")
		c.press("tab")
		c.write("code-402")
		c.press("tab", "tab", "enter")
		c.write("sent")
		c.press("tab")
		c.write("12.5 %")
		c.press("tab", "tab", "ctrl+u")
		c.write("-3")
		c.press("tab", "ctrl+u")
		c.write("2.5")
		c.press("ctrl+s")
		c.wait(time.Second)
		c.see("all of it created as a draft")
		got := c.store.AllCampaigns()[0].CampaignSettings
		want := storage.CampaignSettings{
			Name: "all of it", Organization: "myImsOrg", Sandbox: acme().Sandbox, Category: storage.Transactional, Channel: storage.SMS,
			Webhooks: true, Identity: "loyalty", HighThroughput: true, RequestIDFrom: storage.FromGateway, Repeat: storage.RepeatIgnore,
			Plan: storage.OutcomePlan{
				Rules:  []storage.OutcomeRule{{Pattern: "+1555*", Outcome: "code-402"}},
				Shares: []storage.OutcomeShare{{Outcome: storage.OutcomeSent, Percent: 12.5}}, Seed: -3, Speed: 2.5,
			},
		}
		for _, at := range []struct{ got, want time.Time }{
			{got.Start, time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)},
			{got.End, time.Date(2026, 12, 24, 0, 0, 0, 0, c.m.env.Location)},
		} {
			if !at.got.Equal(at.want) {
				t.Errorf("got %s, want %s", at.got, at.want)
			}
		}
		got.Start, got.End = time.Time{}, time.Time{}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got\n%+v, want\n%+v", got, want)
		}
	})
}

// Saving a form without changes leaves the campaign as it was.
func TestACampaignComesBackFromItsForm(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		draft := tuitest.Receipts()
		draft.Start = draft.Start.Add(1234567 * time.Nanosecond)
		draft.Plan = tuitest.Welcome().Plan
		draft.Identity, draft.CreateProfiles, draft.Plan.Shares[0].Outcome = "loyalty", false, "slow"
		draft.Plan.Rules = []storage.OutcomeRule{{Pattern: "+1555*", Outcome: "code-402"}}
		draft = c.store.AddCampaign(draft)
		c.wait(time.Second)
		c.press("2", "e", "ctrl+s")
		c.wait(time.Second)
		got := c.store.AllCampaigns()[0]
		if got.Version != draft.Version+1 || !reflect.DeepEqual(got.CampaignSettings, draft.CampaignSettings) {
			t.Errorf("got version %d of\n%+v, want version %d of\n%+v", got.Version, got.CampaignSettings, draft.Version+1, draft.CampaignSettings)
		}
	})
}

func TestWhoGetsTheEventsOfACampaign(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		smsOnly := acme()
		smsOnly.Channels = []storage.Channel{storage.SMS}
		c.store.AddWebhook(smsOnly)
		c.wait(time.Second)
		c.press("2", "n")
		c.write("welcome")
		c.see("off: no events are sent")
		c.toField("Enable webhooks")
		c.press("space")
		c.see("▲ no events: webhook acme prod does not have the channel email; edit it and add the channel")
		c.toField("Channel")
		c.press("right")
		c.see("→ webhook acme prod gets the events")
		c.toField("Sandbox")
		c.press("x")
		c.see("▲ no events: there is no webhook for myImsOrg / prodx; create one")
		c.toField("Category")
		c.press("right")
		c.see("▲ only transactional campaigns can enable webhooks")
		c.press("ctrl+s")
		c.see("✗ only a transactional campaign can enable webhooks")
		c.toField("Category")
		c.press("left", "ctrl+s")
		c.wait(time.Second)
		c.see("welcome created as a draft, but sandbox.name: no events will follow: there is no webhook for myImsOrg / prodx; create one", "▲ on")
	})
}
