package tui

import (
	"fmt"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/tui/screen"
)

// The position in the footer is correct after any movement, while records arrive.
func TestThePositionIsCorrect(t *testing.T) {
	const n = 1500
	t.Parallel()
	testReceiver(t, manyReceipts(n), func(c *console) {
		c.rapid = true
		list := receiverOf(c).List()
		received := n
		receive := func(count int) {
			more := make([]storage.Receipt, count)
			for i := range more {
				received++
				more[i] = arrived(received, storage.StatusSent)
			}
			c.store.Receive(more...)
			c.wait(time.Second)
		}
		wantTotal := func(total int) {
			t.Helper()
			at := int64(list.SelectedID() - arrived(0, "").ID)
			c.see(fmt.Sprintf("%s of %s", screen.Thousands(at), screen.Thousands(int64(total))))
		}
		receive(40)
		wantTotal(received)
		c.see("following")
		c.press("p")
		paused := received
		for _, keys := range [][]string{{}, {"k", "k"}, {"pgup", "pgup", "pgup", "pgup", "pgup", "pgup", "pgup", "pgup"}, {"g"}, {"pgdown", "pgdown", "pgdown", "pgdown", "pgdown", "pgdown", "pgdown", "pgdown"}, {"G"}} {
			c.press(keys...)
			wantTotal(paused)
			receive(300)
			wantTotal(paused)
			c.see("paused")
		}
		c.press("k", "p")
		for range 20 {
			c.press("pgup")
			receive(10)
			wantTotal(received)
		}
		c.start(receiverOf(c).Reveal(arrived(1234, "").ID)) // away from the visible records
		c.wait(time.Second)
		c.see("1,234 of")
		receive(200)
		wantTotal(received)
	})
}

func TestThePositionAmongFilteredRecords(t *testing.T) {
	t.Parallel()
	testReceiver(t, manyReceipts(900), func(c *console) {
		c.press("/")
		c.write("status:sent")
		c.press("enter", "p", "pgup")
		list := receiverOf(c).List()
		at := int64(list.SelectedID() - arrived(0, "").ID)
		c.see(fmt.Sprintf("%d of 900", at))
	})
}

// A count that was read with one filter is not used for another.
func TestThePositionWithAnotherFilter(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		keys []string
		want string
	}{
		"cleared":                  {[]string{"esc"}, "600 of 1,500"},
		"cancelled":                {[]string{"/", "x", "esc"}, "1,500 of 1,500"},
		"paused before the filter": {[]string{"esc", "G", "p", "esc", "/", "s", "e", "n", "t", "enter", "esc"}, "1,500 of 1,500"},
		"paused with the filter":   {[]string{"p", "esc"}, "600 of 846   ‖ paused, 654 new"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testReceiver(t, func(s *testStore) {
				s.AddTwoWebhooks()
				all := make([]storage.Receipt, 1500)
				for i := range all {
					all[i] = arrived(i+1, []storage.Status{storage.StatusBounce, storage.StatusSent}[i%2])
				}
				s.Receive(all...)
			}, func(c *console) {
				c.rapid = true
				c.press("/")
				c.write("status:sent")
				c.press("enter", "g")
				list := receiverOf(c).List()
				for list.SelectedID() != arrived(600, "").ID {
					c.press("j")
				}
				c.see("300 of 750")
				c.press(test.keys...)
				c.wait(time.Second)
				c.see(test.want)
			})
		})
	}
}
