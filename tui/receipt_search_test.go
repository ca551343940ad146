package tui

import (
	"testing"

	"backchannel/storage"
	"backchannel/tui/tuitest"
)

// In the detail, / searches the visible tab and leaves the list as it is.
func TestSearchInADetail(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		keys []string // that lead to the detail
		typed,
		found string // the line of the first match
	}{
		{"the headers of a receipt", []string{"4", "g", "enter", "h", "h", "h"}, "content", "▌  Content-Type"},
		{"the verdicts of a receipt", []string{"4", "g", "enter"}, "target", "▌✓ target"},
		{"the exchange of a delivery", []string{"3", "g", "enter", "l"}, "attempt 1", "▌Attempt 1"},
		{"a webhook", []string{"1", "tab"}, "auth", "▌Authentication"},
		{"a campaign", []string{"2", "tab"}, "organization", "▌  Organization"},
	} {
		t.Run(test.name, func(t *testing.T) {
			testConsole(t, func(c *console) {
				c.store.AddFewDeliveries()
				c.store.AddCampaign(tuitest.Receipts())
				c.wait(changeGap)
				c.wait(changeGap)
				c.size(120, 60)
				c.press(test.keys...)
				c.see("/ search")
				c.press("/")
				c.write(test.typed)
				c.see(test.found, "/ "+test.typed, "enter keep", "esc end the search")
				c.dontSee("Nothing matches the filter")
				c.press("enter", "n", "N")
				c.see(test.found, "n next", "N back")
				c.press("esc")
				c.dontSee("/ " + test.typed)
				c.see("/ search")
				c.press("esc")
				c.see("/ filter")
			})
		})
	}
}

// A receipt that arrives while a person types does not turn letters into commands.
func TestSearchInADetailContinuesInANewerReceipt(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		c.size(120, 50)
		c.press("enter", "/")
		c.write("sche")
		c.store.Receive(tuitest.Arrived(9, storage.StatusSent))
		c.wait(changeGap)
		c.wait(changeGap)
		c.write("ma")
		c.see("/ schema", "▌✓ schema")
		if events := len(c.store.AllEvents()); events > 1 {
			t.Errorf("got %d events, want at most 1: a typed letter fired an event", events)
		}
	})
}
