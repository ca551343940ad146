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

// retryLock is how often a waiting process tries the lock, because waiting for it could not end with
// a context. A standby process has to take over within a second of the leader's death.
const retryLock = 500 * time.Millisecond

// Lead waits until the lock is free, calls run with the lock held, and releases it. It returns nil if
// ctx ends before the lock is free. It calls onRetry with the reason when the lock cannot be tried at
// present, and with nil when it can be again.
func Lead(ctx context.Context, locker Locker, onRetry func(error), run func(context.Context) error) error {
	for {
		var release func()
		var ok bool
		err := storage.Persist(ctx, func(context.Context) (err error) {
			release, ok, err = locker.TryLead()
			return err
		}, onRetry)
		if ctx.Err() != nil && storage.Transient(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("take the lock: %w", err)
		}
		if ok {
			defer release()
			return run(ctx)
		}
		if !storage.Sleep(ctx, storage.NextTick(retryLock)) {
			return nil
		}
	}
}
