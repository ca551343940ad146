package tui

import (
	"testing"
	"time"

	"backchannel/storage"
)

func TestNoteOnAReceipt(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		c.press("g", "N")
		c.write("ask the team")
		c.press("ctrl+s")
		c.wait(time.Second)
		c.see("noted", "ask the team")
		if note := c.store.AllReceipts()[0].Note; note != "ask the team" {
			t.Errorf("got note %q, want %q", note, "ask the team")
		}
	})
}

func TestSavedFixtureIsFired(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		c.press("g", "S")
		c.write("no name")
		c.press("ctrl+s")
		c.see(`"no name" is not a valid name`)
		c.press("ctrl+u")
		c.write("odd-sent")
		c.press("ctrl+s")
		c.wait(time.Second)
		saved, err := c.store.SavedFixtures(c.m.env.Context)
		if err != nil || len(saved) != 1 || string(saved[0].Payload) != string(c.store.AllReceipts()[0].Body) {
			t.Fatalf("SavedFixtures = %+v, %v, want the body of the receipt and no error", saved, err)
		}
		c.press("f", "F")
		c.see("Which saved fixture?", "odd-sent sent, email")
		c.press("1")
		c.wait(time.Second)
		fired := lastOf(c.store.AllEvents())
		if fired.Status != storage.StatusSent || fired.RequestID == "r1" || len(fired.Payload) < 50 {
			t.Errorf("got event %+v, want the saved fixture with a request ID of its own", fired)
		}
		c.press("f")
		c.see("again odd-sent, email at acme prod")
	})
}

func TestABodyThatIsNotAnEventIsNotSaved(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		c.press("G", "S")
		c.write("stray")
		c.press("ctrl+s")
		c.see("does not say its channel", "send it as it is")
	})
}

func TestNoFixtureMatchesABodyThatIsNotJSON(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		c.press("G", "=")
		c.see("body: the body of receipt", "cannot be compared value by value")
	})
}

func TestCompareWithTheFixture(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		c.press("g", "=")
		c.see("Differences from the fixture", "- fixture email sent, revision classic", "/imsOrg", "are compared only by their form",
			"/requestId", `+ "r1"`) // which does not look like the 32 characters of an event
		c.dontSee("+ john.doe@luma.com", "/channel")
		c.press("esc")
		c.press("G", "=")
		c.see("✗") // it has no fixture, and the message says so
	})
}
