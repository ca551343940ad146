package main

import (
	"context"
	"time"

	"backchannel/storage"
)

// leftTimeout is how long a process that ends waits to learn what it leaves.
const leftTimeout = 2 * time.Second

// A leftStore is the part of a store that knows what is still to be delivered.
type leftStore interface {
	storage.RuntimeStore
	Counts(context.Context) (storage.Counts, error)
}

// noteLeft says what is still to be delivered when this process ends, and which process will
// deliver it. It says nothing if there is nothing, or if the store cannot be read in time.
func (s *stdio) noteLeft(ctx context.Context, store leftStore) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leftTimeout)
	defer cancel()
	counts, err := store.Counts(ctx)
	if err != nil || counts.Unfinished() == "" {
		return
	}
	switch rt, alive, err := store.Runtime(ctx); {
	case err != nil:
	case alive && rt.PID != 0:
		s.note("%s: %s goes on", counts.Unfinished(), rt.Process(thisMachine()))
	default:
		s.note("%s: waiting for an engine, which backchannel serve and the console run", counts.Unfinished())
	}
}
