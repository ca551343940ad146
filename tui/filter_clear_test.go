package tui

import (
	"testing"
	"time"

	"backchannel/storage"
)

// Removing a filter keeps the selection, so that f fires at the same webhook.
func TestClearingAFilterKeepsTheSelection(t *testing.T) {
	t.Parallel()
	three := func(s *testStore) {
		twoWebhooks(s)
		third := staging()
		third.ID, third.CreatedAt, third.Name, third.Sandbox.Name = 0, time.Time{}, "third", "qa"
		s.AddWebhook(third)
	}
	for _, test := range []struct {
		name string
		keys []string
		want string // the webhook that f then fires at
	}{
		{"without matches", []string{"/", "z", "q", "esc"}, "staging"},
		{"without matches, kept", []string{"/", "z", "q", "enter", "esc"}, "staging"},
		{"with other matches, abandoned", []string{"/", "a", "c", "m", "e", "esc"}, "staging"},
		{"letter by letter", []string{"/", "t", "h", "q", "backspace", "backspace", "backspace", "esc"}, "staging"},
		{"with a match, kept", []string{"/", "t", "h", "i", "enter", "esc"}, "third"},
		{"with matches, kept, then moved", []string{"/", "h", "enter", "G", "esc"}, "third"},
	} {
		t.Run(test.name, func(t *testing.T) {
			testConsole(t, func(c *console) {
				three(c.store)
				c.wait(time.Second)
				c.press("j")
				c.press(test.keys...)
				c.press("f")
				c.see("Fire at " + test.want)
			})
		})
	}
}

func TestClearingAFilterKeepsTheReceipt(t *testing.T) {
	const where = 250
	for name, keys := range map[string][]string{
		"status:bounce": {"enter", "esc"}, // without matches
		"status:bounc":  {"esc"},
		"person7":       {"esc"}, // others match
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testReceiver(t, manyReceipts(500), func(c *console) {
				c.rapid = true
				list := receiverOf(c).List()
				for list.SelectedID() != arrived(where, "").ID {
					c.press("k")
				}
				c.press("/")
				c.write(name)
				c.press(keys...)
				c.wait(time.Second)
				if got := list.SelectedID(); got != arrived(where, "").ID {
					t.Errorf("got receipt %d selected, want %d", got-arrived(0, "").ID, where)
				}
			})
		})
	}
}

func TestClearingAFilterFollowsAgain(t *testing.T) {
	t.Parallel()
	testReceiver(t, manyReceipts(300), func(c *console) {
		c.see("300 of 300 following")
		c.press("/")
		c.write("status:bounce")
		c.press("enter")
		c.see("Nothing matches")
		c.press("esc")
		c.see("300 of 300 following")
	})
}

func TestClearingAnActivityFilterKeepsTheSelection(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.store.AddTwoWebhooks()
		for i := range 5 {
			c.store.AddActivities(storage.Activity{Kind: storage.ActivityFired, Text: string(rune('v'+i)) + " fired"})
		}
		c.wait(time.Second)
		c.press("5", "k", "k", "/", "z", "z", "esc")
		c.see("8 of 10", "x fired")
		c.press("/", "v", "esc")
		c.see("8 of 10")
	})
}
