package storage

import (
	"context"
	"math"
	"time"
)

// NextTick returns the time until the next multiple of a period. An idle process uses it to
// do all its periodic work at the same instants, because waking up costs far more than the work:
// about 0.02 % of a core at once per second.
func NextTick(period time.Duration) time.Duration {
	now := time.Now()
	return now.Truncate(period).Add(period).Sub(now)
}

// Sleep waits for a duration. It returns false if ctx is done first.
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

// Repeat calls pass until ctx is done: once immediately, and then whenever it is woken, or after the
// duration that the last call returned.
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

// React calls handle with each change until ctx is done. The first call is with all kinds of records,
// because any of them may have changed before the subscription. React panics with what it receives
// from panics.
func React[P any](ctx context.Context, changes <-chan Change, panics <-chan P, handle func(context.Context, Change)) {
	for change := ChangedAll; ; {
		handle(ctx, change)
		select {
		case <-ctx.Done():
			return
		case p := <-panics:
			panic(p)
		case c, open := <-changes:
			if change = c; !open {
				changes = nil // the store is closed
			}
		}
	}
}
