package engine

import (
	"context"
	"fmt"
	"time"

	"backchannel/storage"
)

// A Locker has the lock of a data folder, which the operating system releases when the
// process that holds it dies.
type Locker interface {
	TryLead() (release func(), ok bool, err error)
}

// askEvery is how often a waiting process tries the lock, since a lock cannot be waited for
// together with a context. A process that stands by has to take over within a second of the
// leader's death.
const askEvery = 500 * time.Millisecond

// Lead waits until the lock is free, runs with it, and releases it. It returns nil when
// ctx ends before the lock is free.
func Lead(ctx context.Context, locker Locker, run func(context.Context) error) error {
	again := time.NewTimer(0)
	defer again.Stop()
	for {
		release, ok, err := locker.TryLead()
		if err != nil {
			return fmt.Errorf("take the lock: %w", err)
		}
		if ok {
			defer release()
			return run(ctx)
		}
		again.Reset(storage.NextTick(askEvery))
		select {
		case <-ctx.Done():
			return nil
		case <-again.C:
		}
	}
}
