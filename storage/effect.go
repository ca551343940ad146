package storage

import (
	"context"
	"time"
)

// A RuntimeStore is the part of a store that says whether a leader is running.
type RuntimeStore interface {
	Runtime(context.Context) (rt Runtime, alive bool, err error)
}

// noticeTime is the time within which the leader acts on a change that another process made.
const noticeTime = 100 * time.Millisecond

// AwaitEffect waits until a change that the given process has just made is in force where
// requests are received, so that the next command of a script can rely on it. There is
// nothing to wait for without a leader, or in the leader itself, which is notified before
// the change returns.
func AwaitEffect(ctx context.Context, store RuntimeStore, pid int) error {
	rt, alive, err := store.Runtime(ctx)
	if err != nil || !alive || rt.PID == pid {
		return err
	}
	Sleep(ctx, noticeTime) // the change is stored even if ctx ends
	return nil
}
