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

// Check waits until a run of the endpoint check has ended, and returns it. It calls seen with each
// state before that. When stop is closed, it requests that the run be stopped and continues to wait,
// because the engine that makes the run still stores its results. The error may be that of ctx.
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
