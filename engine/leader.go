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
// ctx ends before the lock is free. waits is called when the lock cannot be asked for at present,
// with the reason, and with nil when it can be again.
func Lead(ctx context.Context, locker Locker, waits func(error), run func(context.Context) error) error {
	for {
		var release func()
		var ok bool
		err := storage.Persist(ctx, func(context.Context) (err error) {
			release, ok, err = locker.TryLead()
			return err
		}, waits)
		if ctx.Err() != nil && storage.Passing(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("take the lock: %w", err)
		}
		if ok {
			defer release()
			return run(ctx)
		}
		if !storage.Sleep(ctx, storage.NextTick(askEvery)) {
			return nil
		}
	}
}
