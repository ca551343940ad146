package tui

import (
	"testing"
	"time"

	"backchannel/storage"
)

// A list that is not following shows how many records are new, and the key that leads to them.
func TestNewRecordsAreCounted(t *testing.T) {
	t.Parallel()
	testReceiver(t, manyReceipts(300), func(c *console) {
		received := 300
		receive := func(n int) {
			more := make([]storage.Receipt, n)
			for i := range more {
				received++
				more[i] = arrived(received, storage.StatusSent)
			}
			c.store.Receive(more...)
			c.wait(time.Second)
		}
		c.see("300 of 300 following")
		c.press("k")
		c.see("299 of 300")
		c.dontSee("new · F", "following")
		receive(108)
		c.see("299 of 408 ↓108 new · F")
		c.press("pgup", "pgup", "pgup") // records that have been seen do not become new again
		c.see("↓108 new · F")
		c.press("g")
		c.see("1 of 408 ↓108 new · F")
		receive(2)
		c.see("↓110 new · F")
		c.press("F")
		c.see("410 of 410 following")
		c.press("k", "p")
		c.see("‖ paused, 0 new")
		receive(3)
		c.see("‖ paused, 3 new")
		c.press("p")
		c.see("↓3 new · F")
		c.press("F")
		c.see("413 of 413 following")
		c.dontSee("new ·")
		receive(1)
		c.press("F")
		c.dontSee("new ·", "following")
		receive(1000)
		c.see("↓1,000 or more new · F")
	})
}

// A record that has been visible is no longer new.
func TestSeenRecordsAreNotNew(t *testing.T) {
	t.Parallel()
	testReceiver(t, manyReceipts(100), func(c *console) {
		c.press("k")
		for n := 101; n <= 150; n++ {
			c.store.Receive(arrived(n, storage.StatusSent))
		}
		c.wait(time.Second)
		c.see("↓50 new · F")
		c.press("pgdown")
		c.see("124 of 150 ↓26 new · F")
		c.press("j", "j")
		c.see("↓24 new · F")
		c.press("pgdown", "pgdown")
		c.see("150 of 150")
		c.dontSee("new ·")
	})
}

// With a filter, only records that match it count as new.
func TestNewsAmongFilteredRecords(t *testing.T) {
	t.Parallel()
	testReceiver(t, manyReceipts(100), func(c *console) {
		c.store.Receive(arrived(101, storage.StatusBounce), arrived(102, storage.StatusBounce))
		c.press("/")
		c.write("status:bounce")
		c.press("enter", "k")
		var more []storage.Receipt
		for n := range 60 {
			more = append(more, arrived(103+2*n, storage.StatusBounce), arrived(104+2*n, storage.StatusSent))
		}
		c.store.Receive(more...)
		c.wait(time.Second)
		c.see("↓38 new · F") // 24 rows are visible
		c.press("esc")
		c.wait(time.Second)
		c.dontSee("38 new")
		c.see("new · F")
	})
}
