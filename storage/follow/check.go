package follow

import (
	"context"
	"errors"

	"backchannel/storage"
)

// A CheckStore is the part of a store that following a run of the endpoint check needs.
type CheckStore interface {
	Hinter
	CheckRun(ctx context.Context, id storage.ID) (storage.CheckRun, error)
	StopCheck(ctx context.Context, id storage.ID) error
}

// Check waits until a run of the endpoint check has ended, and returns it. Each state on the
// way is passed to seen. When stop is closed it asks for the run to be stopped, and waits on:
// whatever makes the run keeps what was done. The error may be ctx's.
func Check(ctx context.Context, store CheckStore, id storage.ID, stop <-chan struct{}, seen func(storage.CheckRun)) (run storage.CheckRun, err error) {
	err = Until(ctx, store, func(ctx context.Context) (ended bool, err error) {
		if run, err = store.CheckRun(ctx, id); err != nil || run.State.Ended() {
			return true, err
		}
		seen(run)
		select {
		case <-stop:
			stop = nil
			if err := store.StopCheck(ctx, id); !errors.Is(err, storage.ErrConflict) { // it has just ended
				return false, err
			}
		default:
		}
		return false, nil
	})
	return run, err
}
