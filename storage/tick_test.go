package storage

import (
	"testing"
	"testing/synctest"
	"time"
)

// Waits for the same period end at the same time, whenever they began.
func TestWaitsForTheSamePeriodEndTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, began := range []time.Duration{0, time.Nanosecond, 300 * time.Millisecond, 999 * time.Millisecond, 7*time.Hour + 123*time.Microsecond} {
			time.Sleep(began)
			for _, period := range []time.Duration{time.Second / 2, time.Second, time.Minute} {
				wait := NextTick(period)
				if wait <= 0 || wait > period {
					t.Errorf("%s after the start, period %s: got a wait of %s", began, period, wait)
				}
				if at := time.Now().Add(wait); !at.Equal(at.Truncate(period)) {
					t.Errorf("%s after the start, period %s: got the end %s", began, period, at)
				}
			}
		}
	})
}
