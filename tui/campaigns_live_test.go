package tui

import (
	"strings"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/tui/tuitest"
)

// Changes of a live campaign are a draft until it is activated again.
func TestALiveCampaignIsEditedInADraft(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		threeCampaigns(c.store)
		c.wait(time.Second)
		c.press("2", "G", "e")
		c.see("Edit welcome", "saved as a draft version until you activate it")
		c.write(" back")
		c.press("ctrl+s")
		c.wait(time.Second)
		c.see("welcome back saved as a draft of the live campaign. Press a to activate it", "● Live +", "Its draft takes effect when it is activated")
		before := c.store.AllCampaigns()[2]
		if before.Name != "welcome" || before.Latest().Name != "welcome back" {
			t.Errorf("got the name %q and that of the draft %q, want welcome and welcome back", before.Name, before.Latest().Name)
		}
		c.press("e")
		c.see("Edit welcome back")
		c.press("esc", "a")
		c.wait(time.Second)
		c.see("welcome back now runs with the settings of its draft")
		if after := c.store.AllCampaigns()[2]; after.Name != "welcome back" || after.VersionID == before.VersionID || after.Draft != nil {
			t.Errorf("got %+v, want a new version without a draft, named welcome back", after)
		}
		c.press("a")
		c.see("is already live and has no draft to activate; edit it first")
	})
}

func TestTheLifeOfACampaign(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		threeCampaigns(c.store)
		c.wait(time.Second)
		c.press("2", "g")
		c.see("▌ goodbye", "– Stopped")
		for key, want := range map[string]string{
			"e": "is stopped and cannot be changed; duplicate it", "a": "is stopped and cannot be activated again; duplicate it",
			"S": "is stopped already", "d": "has been live, and only a draft can be deleted",
		} {
			c.press(key)
			c.see(want)
		}
		c.press("j", "S")
		c.see("is a draft, which does not run; delete it instead")
		c.press("a")
		c.wait(time.Second)
		c.see("receipts by sms is live; but sandbox.name: no events will follow: there is no webhook for myImsOrg / qa; create one")
		c.press("e", "x", "ctrl+s")
		c.wait(time.Second)
		c.press("S")
		c.see("Stop receipts by sms?", "Its draft is discarded.")
		c.press("n")
		c.store.ChangeCampaign(c.store.AllCampaigns()[1].ID, func(live storage.Campaign) (storage.Campaign, error) {
			live.Status, live.Draft, live.DraftVersionID = storage.CampaignDraft, nil, ""
			return live, nil
		})
		c.wait(time.Second)
		c.press("d")
		c.see("Delete receipts by sms?")
		c.press("y")
		c.wait(time.Second)
		c.see("receipts by sms deleted")
		c.press("G", "S")
		c.see("Stop welcome?", "This is final")
		c.press("n")
		c.dontSee("Stop welcome?")
		c.press("S", "y")
		c.wait(time.Second)
		c.see("welcome is stopped")
		c.press("D")
		c.see("Create campaign", "welcome copy")
		c.press("ctrl+s")
		c.wait(time.Second)
		c.see("welcome copy created as a draft")
		c.press("D", "ctrl+s")
		c.wait(time.Second)
		c.see("welcome copy copy created as a draft")
		var names []string
		for _, got := range c.store.AllCampaigns() {
			names = append(names, got.Name+" "+string(got.Status))
		}
		if got, want := strings.Join(names, ", "), "goodbye Stopped, welcome Stopped, welcome copy Draft, welcome copy copy Draft"; got != want {
			t.Errorf("got the campaigns %s; want %s", got, want)
		}
	})
}

func TestBadFieldsOfACampaignAreAllShown(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.size(120, 60)
		threeCampaigns(c.store)
		c.wait(time.Second)
		c.press("2", "G", "e")
		fillInCampaignBadly(c)
		c.press("ctrl+s")
		c.see("Campaign name goodbye", "▌ Sandbox ID 42", `✗ "goodbye" is taken; use another`, `✗ "42" is not a valid UUID`,
			"✗ only a transactional campaign can enable webhooks", "is not after the start", "✗ The pattern is missing",
			`✗ "bouncy" is unknown on email`, "✗ 110 is out of range", "✗ The shares are 110 % in total",
			`✗ "x" is not a whole number`, "✗ 0 is out of range; use 0.001 to 1000")
		if got := c.store.AllCampaigns()[2]; got.Draft != nil {
			t.Errorf("a form with errors was saved: %+v", got.Draft)
		}
		c.press("esc")
		c.see("Leave without saving?")
		c.press("y")
		c.see("API-triggered campaigns")
	})
}

func TestACampaignChangedElsewhereIsMerged(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		_, draft, _ := c.store.AddThreeCampaigns()
		c.wait(time.Second)
		c.press("2", "g", "j", "e")
		c.write("!")
		c.store.ChangeCampaign(draft.ID, func(theirs storage.Campaign) (storage.Campaign, error) {
			theirs.Identity = "loyalty"
			return theirs, nil
		})
		c.press("ctrl+s")
		c.see("Changed meanwhile", "receipts by sms was saved elsewhere")
		c.press("y")
		c.see("receipts by sms!", "Identity type loyalty")
		c.press("ctrl+s")
		c.wait(time.Second)
		if got := c.store.AllCampaigns()[1]; got.Name != "receipts by sms!" || got.Identity != "loyalty" {
			t.Errorf("got %+v, want the changes of both", got)
		}
		c.press("e")
		c.write("!")
		c.must(c.store.DeleteCampaign(c.m.env.Context, draft.ID))
		c.press("ctrl+s")
		c.wait(time.Second)
		c.see("was deleted elsewhere; submit again to create it anew")
		c.press("ctrl+s")
		c.wait(time.Second)
		c.see("receipts by sms!! created as a draft")
	})
}

// Changes that other processes make to campaigns appear in the list.
func TestCampaignsAreLive(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		live, _, _ := c.store.AddThreeCampaigns()
		c.wait(time.Second)
		c.press("2", "G")
		c.see("● Live", "✓ on", "→ webhook acme prod gets its events")
		c.store.AddExecution(live, acme(), 1, storage.StatusDelivered, storage.StatusBounce, storage.StatusDelivered, storage.StatusError)
		c.wait(time.Second)
		c.see("✓ on 1 2 1 1", "Executions 1", "delivered 2", "bounce 1", "error 1")
		c.store.ChangeWebhook(acme().ID, func(w *storage.Webhook) { w.Channels = []storage.Channel{storage.SMS} })
		c.wait(time.Second)
		c.see("▲ on", "▲ no events: webhook acme prod does not")
		c.store.ChangeCampaign(live.ID, storage.Campaign.Stop)
		c.wait(time.Second)
		c.see("▌ welcome", "– Stopped")
		c.press("y")
		c.see("campaign ID", "version ID")
		c.press("enter")
		if len(c.copied) != 1 || c.copied[0] != live.UUID {
			t.Errorf("copied %q, want %q", c.copied, live.UUID)
		}
	})
}

func TestActivityLeadsToTheCampaign(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		threeCampaigns(c.store)
		c.wait(time.Second)
		c.press("5", "/")
		c.write("campaign welcome created")
		c.press("enter", "enter")
		c.see("▸2 Campaigns", "▌ welcome", "3 of 3", "esc back to Activity")
		c.press("esc", "/", "ctrl+u")
		c.write("receipts created")
		c.press("enter", "enter")
		c.see("▸2 Campaigns", "▌ receipts by sms", "2 of 3")
		c.must(c.store.DeleteCampaign(c.m.env.Context, c.store.AllCampaigns()[1].ID))
		c.press("esc", "enter")
		c.wait(time.Second)
		c.see("▸2 Campaigns", "▲ the campaign was deleted")
	})
}

// A campaign whose schedule has ended keeps the status Live, so the detail says that it has ended.
func TestACampaignThatHasEndedSaysSo(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		ended := tuitest.Welcome()
		ended.End = noon().Add(-time.Minute)
		c.store.AddWebhook(acme())
		c.store.AddCampaign(ended)
		c.wait(time.Second)
		c.press("2")
		c.see("▲ end: 2026-11-02 12:03:29 UTC has passed")
	})
}

// Without a campaign, keys that need one say so.
func TestKeysWithoutACampaign(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.press("2")
		for _, key := range []string{"e", "a", "S", "D", "d", "enter"} {
			c.press(key)
			c.see("there is no campaign to do that with")
		}
		c.press("x")
		c.see("x does nothing here")
	})
}
