package tui

import (
	"strings"
	"testing"
	"time"

	"backchannel/storage"
)

// campaignsFired returns the UUIDs of the campaigns in the payloads of all events, oldest first.
func campaignsFired(c *console) (all []string) {
	for _, e := range c.store.AllEvents() {
		_, after, _ := strings.Cut(string(e.Payload), `"campaignID":"`)
		uuid, _, _ := strings.Cut(after, `"`)
		all = append(all, uuid)
	}
	return all
}

// testFiringOf runs a test in Webhooks with the email campaigns welcome and goodbye of acme, and
// with others.
func testFiringOf(t *testing.T, test func(c *console, welcome, goodbye storage.Campaign)) {
	t.Helper()
	testConsole(t, func(c *console) {
		welcome, _, goodbye := c.store.AddThreeCampaigns()
		c.wait(time.Second)
		c.press("1", "g")
		test(c, welcome, goodbye)
	})
}

func TestFireEventsOfACampaign(t *testing.T) {
	t.Parallel()
	testFiringOf(t, func(c *console, welcome, goodbye storage.Campaign) {
		c.press("f")
		c.see("C campaign  none: made-up IDs")
		c.press("C")
		c.see("Fire events of which campaign?", "goodbye", "belongs to myImsOrg / qa, and webhook acme prod to myImsOrg / prod")
		c.write("welc")
		c.press("enter")
		c.see("C campaign  welcome: events have its IDs")
		c.press("b")
		c.see("bounce, email → acme prod queued")
		c.press("f", "l", "d") // the choice stays
		c.wait(orderPatience)
		c.press(".")
		c.wait(orderPatience)
		c.press("f", "C")
		c.write("goodb")
		c.press("enter")
		c.see("bounce")
		c.press("s", "f", "C")
		c.write("none")
		c.press("enter", "s")
		got := campaignsFired(c)
		if len(got) != 7 {
			t.Fatalf("got %d events, want 7", len(got))
		}
		for i, uuid := range got[:5] {
			if uuid != welcome.UUID {
				t.Errorf("event %d: got the campaign %s, want %s", i, uuid, welcome.UUID)
			}
		}
		if got[5] != goodbye.UUID || got[6] == welcome.UUID || got[6] == goodbye.UUID {
			t.Errorf("last two events: got the campaigns %q, want %s and a made-up one", got[5:], goodbye.UUID)
		}
	})
}

func TestRepeatUsesThePresentCampaign(t *testing.T) {
	t.Parallel()
	testFiringOf(t, func(c *console, welcome, _ storage.Campaign) {
		c.press("f", "C")
		c.write("welc")
		c.press("enter", "s")
		c.store.ChangeCampaign(welcome.ID, func(of storage.Campaign) (storage.Campaign, error) {
			edited, err := of.Edit(of.Latest())
			c.must(err)
			return edited.Activate()
		})
		c.wait(time.Second)
		now := c.store.AllCampaigns()[2]
		c.press(".")
		if last := lastOf(c.store.AllEvents()); now.VersionID == welcome.VersionID || !strings.Contains(string(last.Payload), now.VersionID) {
			t.Errorf("got %s, want the new version %s", last.Payload, now.VersionID)
		}
		c.press("f", "c") // the campaign has only email
		c.see("c channel   sms", "C campaign  none: made-up IDs")
	})
}

func TestFiringBeginsWithTheSelectedCampaign(t *testing.T) {
	t.Parallel()
	testFiringOf(t, func(c *console, welcome, _ storage.Campaign) {
		c.press("2", "G", "f")
		c.see("Fire at acme prod", "C campaign  welcome: events have its IDs")
		c.press("d", "1", "g", "f")
		c.see("C campaign  none")
		c.press("esc", "2", "g", "j", "f") // its sandbox has no webhook
		c.see("C campaign  none")
		if got := campaignsFired(c); len(got) != 1 || got[0] != welcome.UUID {
			t.Errorf("fired %q, want %s", got, welcome.UUID)
		}
	})
}
