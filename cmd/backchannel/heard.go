package main

import (
	"context"
	"os"
	"time"

	"backchannel/storage/sqlite"
)

// noticed is within what time the process that delivers and receives hears of a change
// made by another.
const noticed = 100 * time.Millisecond

// untilHeard waits until what was changed is in force where requests are received, so that
// a script's next command can rely on it.
func untilHeard(ctx context.Context, store *sqlite.Store) error {
	rt, alive, err := store.Runtime(ctx)
	if err != nil || !alive || rt.PID == os.Getpid() {
		return err
	}
	select {
	case <-time.After(noticed):
	case <-ctx.Done():
	}
	return nil
}
