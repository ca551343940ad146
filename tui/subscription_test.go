package tui

import (
	"testing"
	"time"
)

// drawnIn counts how often the program would draw while time passes.
func (c *console) drawnIn(d time.Duration) int {
	c.t.Helper()
	before := c.delivered
	c.wait(d)
	return c.delivered - before
}

func TestNothingIsDrawnWhileNothingChanges(t *testing.T) {
	for _, view := range []string{"1", "2", "3", "4"} {
		t.Run(view, func(t *testing.T) {
			testConsole(t, func(c *console) {
				fewReceipts(c.store)
				c.press(view)
				c.drawnIn(10 * time.Second) // what was pressed and read
				if n := c.drawnIn(time.Minute); n != 0 {
					t.Errorf("drawn %d times in a minute", n)
				}
			})
		})
	}
}

func TestACountdownCountsWhileItIsShown(t *testing.T) {
	testConsole(t, func(c *console) {
		fewDeliveries(c.store)
		c.press("2")
		c.see("in 31 s")
		c.wait(3 * time.Second)
		c.see("in 28 s")
		c.press("4")
		c.wait(2 * tickGap)
		if n := c.drawnIn(10 * time.Second); n != 0 {
			t.Errorf("drawn %d times with no countdown in sight", n)
		}
		c.press("2")
		c.wait(tickGap)
		c.miss("in 28 s")
	})
}

func TestTodaysTimesAreYesterdaysAfterMidnight(t *testing.T) {
	testConsole(t, func(c *console) {
		fewDeliveries(c.store)
		c.press("4")
		c.see("11:04:29.871")
		c.wait(12 * time.Hour)
		c.miss("11:04:29.871")
		c.see("Nov  2 11:04")
	})
}

// Minutes are counted once a minute.
func TestMinutesAreNotCountedEachSecond(t *testing.T) {
	testConsole(t, func(c *console) {
		fewDeliveries(c.store)
		c.store.deliveries[4].NextAttemptAt = noon().Add(31 * time.Minute)
		c.press("2")
		c.wait(2 * tickGap)
		c.see("in 30 min")
		drawn := 0
		for range 600 {
			drawn += c.drawnIn(tickGap)
		}
		if drawn != 10 {
			t.Errorf("drawn %d times in ten minutes", drawn)
		}
		c.see("in 20 min")
	})
}
