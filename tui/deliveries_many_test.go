package tui

import (
	"testing"
	"time"

	"backchannel/storage"
)

func TestMarksLastAndAreCleared(t *testing.T) {
	t.Parallel()
	testDeliveries(t, func(c *console) {
		c.press("g", " ", "j", "j", " ")
		c.see("2 marked")
		c.press("/")
		c.write("cancelled")
		c.press("enter")
		c.see("2 marked, 1 not shown")
		c.press("esc")
		c.see("2 marked")
		c.miss("not shown")
		c.press("esc")
		c.miss("marked")
		c.press(" ", "u")
		c.miss("1 marked")
	})
}

func TestMarkedAreActedOn(t *testing.T) {
	t.Parallel()
	testDeliveries(t, func(c *console) {
		c.press("g", " ", "G", " ", "X")
		c.see("Cancel 1 of 2 deliveries?", "1 cannot be cancelled: 1 failed.", "cancel 1")
		c.press("n")
		if state := c.store.AllDeliveries()[4].State; state != storage.Retrying {
			t.Errorf("after n it is %s", state)
		}
		c.press("X", "y")
		c.wait(time.Second)
		c.see("cancelled 1 of 2 deliveries; 1 could not be: 1 failed")
		if state := c.store.AllDeliveries()[4].State; state != storage.Cancelled {
			t.Errorf("after y it is %s", state)
		}
		c.press("t")
		c.see("none of 2 deliveries can be retried: 1 cancelled, 1 failed; replay them instead")
		c.press("r")
		c.see("Replay 2 deliveries?")
		c.press("y")
		c.wait(time.Second)
		if n := len(c.store.AllDeliveries()); n != 7 {
			t.Errorf("after the replay there are %d deliveries", n)
		}
	})
}

func TestAllThatTheFilterChoosesAreActedOn(t *testing.T) {
	t.Parallel()
	testDeliveries(t, func(c *console) {
		c.press("/")
		c.write("state:delivered")
		c.press("enter", "A")
		c.see("All that the filter chooses", "retry now", "cancel")
		c.press("r")
		c.see("Replay 1 delivery?")
		c.press("y")
		c.wait(time.Second)
		c.see("replayed 1 delivery")
		if all := c.store.AllDeliveries(); len(all) != 6 || all[5].ReplayOf != all[1].ID {
			t.Errorf("there are %d deliveries", len(all))
		}
	})
}
