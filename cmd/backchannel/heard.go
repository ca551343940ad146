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

// deaf says why nothing arrives now, if so.
func deaf(ctx context.Context, store *sqlite.Store) (string, error) {
	rt, alive, err := store.Runtime(ctx)
	switch {
	case err != nil:
		return "", err
	case !alive:
		return "nothing is received now: start backchannel serve, or the console with backchannel", nil
	case rt.ReceiverURL == "":
		return "nothing is received now: " + rt.ReceiverError, nil
	}
	return "", nil
}

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
