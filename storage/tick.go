package storage

import (
	"context"
	"math"
	"time"
)

// NextTick returns the time until the next multiple of a period. An idle process uses it to
// run its periodic work at the same instants, because waking up costs far more than the
// work: about 0.02 % of a core at once per second.
func NextTick(period time.Duration) time.Duration {
	now := time.Now()
	return now.Truncate(period).Add(period).Sub(now)
}

// Sleep pauses, and reports whether ctx was still not done when the time was over.
func Sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// Wake puts a notice into a channel with a buffer for one, unless one is there already. It never
// blocks.
func Wake(woken chan<- struct{}) {
	select {
	case woken <- struct{}{}:
	default:
	}
}

// Never is a wait that only another event ends.
const Never = time.Duration(math.MaxInt64)

// Repeat makes passes until ctx is done: one at once, and then one whenever it is woken, or when the
// time is over that the last pass returned.
func Repeat(ctx context.Context, woken <-chan struct{}, pass func(context.Context) time.Duration) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-woken:
		case <-timer.C:
		}
		timer.Reset(pass(ctx))
	}
}
