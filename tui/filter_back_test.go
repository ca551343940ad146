package tui

import (
	"testing"
	"time"

	"backchannel/storage"
)

// A filter that is taken away leaves one where one was, so that f fires there.
func TestAFilterTakenAwayLeavesTheSelection(t *testing.T) {
	three := func(f *fakeStore) {
		twoWebhooks(f)
		third := staging()
		third.ID, third.Name, third.Sandbox.Name = 1<<49+3, "third", "qa"
		f.webhooks = append(f.webhooks, third)
	}
	for _, test := range []struct {
		name string
		keys []string
		want string // the webhook that f then fires at
	}{
		{"without matches", []string{"/", "z", "q", "esc"}, "staging"},
		{"without matches, kept", []string{"/", "z", "q", "enter", "esc"}, "staging"},
		{"with other matches, given up", []string{"/", "a", "c", "m", "e", "esc"}, "staging"},
		{"letter by letter", []string{"/", "t", "h", "q", "backspace", "backspace", "backspace", "esc"}, "staging"},
		{"with a match, kept", []string{"/", "t", "h", "i", "enter", "esc"}, "third"},
		{"with matches among which one moved", []string{"/", "h", "enter", "G", "esc"}, "third"},
	} {
		t.Run(test.name, func(t *testing.T) {
			testConsole(t, func(c *console) {
				three(c.store)
				c.store.changed(storage.ChangedAll)
				c.wait(time.Second)
				c.press("j")
				c.press(test.keys...)
				c.press("f")
				c.see("Fire at " + test.want)
			})
		})
	}
}

func TestAFilterTakenAwayLeavesTheReceipt(t *testing.T) {
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
					t.Errorf("selected %d", got-arrived(0, "").ID)
				}
			})
		})
	}
}

func TestAFilterTakenAwayFollowsAgain(t *testing.T) {
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

func TestAnActivityFilterTakenAwayLeavesTheSelection(t *testing.T) {
	testConsole(t, func(c *console) {
		twoWebhooks(c.store)
		for i := range 5 {
			c.store.activities = append(c.store.activities, storage.Activity{ID: storage.ID(i + 1), Kind: storage.ActivityFired, Text: string(rune('a'+i)) + " fired"})
		}
		c.store.changed(storage.ChangedAll)
		c.wait(time.Second)
		c.press("4", "k", "k", "/", "z", "z", "esc")
		c.see("3 of 5", "c fired")
		c.press("/", "a", "esc")
		c.see("3 of 5")
	})
}
