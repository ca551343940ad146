package tui

import (
	"testing"
	"time"

	"backchannel/storage"
)

// drawnIn returns how often the program draws during d.
func (c *console) drawnIn(d time.Duration) int {
	c.t.Helper()
	before := c.delivered
	c.wait(d)
	return c.delivered - before
}

func TestNothingIsDrawnWhileNothingChanges(t *testing.T) {
	t.Parallel()
	for _, view := range []string{"1", "2", "3", "4", "5"} {
		t.Run(view, func(t *testing.T) {
			testConsole(t, func(c *console) {
				c.store.AddFewReceipts(nil)
				c.press(view)
				for range (storage.TallyWindow + time.Minute) / (10 * time.Second) { // until no attempt is one of the latest
					c.drawnIn(10 * time.Second)
				}
				if n := c.drawnIn(time.Minute); n != 0 {
					t.Errorf("drawn %d times in a minute, want 0", n)
				}
			})
		})
	}
}

func TestACountdownCountsWhileItIsShown(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.store.AddFewDeliveries()
		c.press("3")
		c.see("in 31 s")
		c.wait(3 * time.Second)
		c.see("in 28 s")
		c.press("5")
		c.wait(2 * tickGap)
		if n := c.drawnIn(10 * time.Second); n != 0 {
			t.Errorf("drawn %d times without a visible countdown, want 0", n)
		}
		c.press("3")
		c.wait(tickGap)
		c.dontSee("in 28 s")
	})
}

func TestTimesHaveADateAfterMidnight(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.store.AddFewDeliveries()
		c.press("5")
		c.see("11:04:29.871")
		c.skipped.Store(int64(12 * time.Hour))
		c.wait(2 * tickGap)
		c.dontSee("11:04:29.871")
		c.see("Nov  2 11:04")
	})
}

// A time that is shown in minutes is drawn again once a minute.
func TestMinutesAreNotCountedEachSecond(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		c.store.AddFewDeliveries()
		c.store.Attempt(c.store.AllDeliveries()[4].ID, storage.Outcome{
			State: storage.Retrying, NextAttemptAt: noon().Add(31 * time.Minute), Attempt: storage.Attempt{Code: 503},
		})
		c.press("3")
		c.wait(2 * tickGap)
		c.see("in 30 min")
		drawn := 0
		for range 180 {
			drawn += c.drawnIn(tickGap)
		}
		if drawn != 3 {
			t.Errorf("drawn %d times in three minutes, want 3", drawn)
		}
		c.see("in 27 min")
	})
}
