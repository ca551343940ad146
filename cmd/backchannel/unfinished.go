package main

import (
	"context"
	"strings"
	"time"

	"backchannel/storage"
	"backchannel/storage/words"
)

// unfinishedTimeout limits how long a process that ends waits for the store to say what is
// unfinished.
const unfinishedTimeout = 2 * time.Second

// An unfinishedStore is the part of a store that noteUnfinished uses.
type unfinishedStore interface {
	storage.RuntimeStore
	storage.PausedStore
	Counts(context.Context) (storage.Counts, error)
}

// noteUnfinished notes what is still to be delivered when this process ends, and what that waits
// for. It notes nothing if nothing is left, or if the store cannot be read in time.
func (s *stdio) noteUnfinished(ctx context.Context, store unfinishedStore) {
	// ctx is done by now, because that is why the process ends.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), unfinishedTimeout)
	defer cancel()
	counts, err := store.Counts(ctx)
	if err != nil || counts.UnfinishedTotal() == 0 {
		return
	}
	paused, parked, err := storage.FindPaused(ctx, store)
	if err != nil {
		return
	}
	var waits []string
	// If everything that is left is parked, another engine would not deliver it either.
	if counts.UnfinishedTotal() > parked {
		rt, alive, err := store.Runtime(ctx)
		if err != nil {
			return
		}
		waits = append(waits, whoContinues(rt, alive))
	}
	s.note("%s: %s", counts.Unfinished(), strings.Join(append(waits, describePaused(paused)...), "; "))
}

// whoContinues returns which process will deliver what is left.
func whoContinues(rt storage.Runtime, alive bool) string {
	if alive && rt.PID != 0 {
		return rt.Process(thisMachine()) + " continues"
	}
	return "waiting for an engine, which backchannel serve and the console run"
}

// maxNamed is how many paused webhooks are named at most.
const maxNamed = 3

// describePaused returns which webhooks are paused, and how to resume them. No engine delivers their
// deliveries.
func describePaused(paused []storage.Webhook) (waits []string) {
	for _, w := range paused[:min(len(paused), maxNamed)] {
		waits = append(waits, w.Name+" is paused; "+storage.ResumeAdvice(w.Name))
	}
	if more := len(paused) - maxNamed; more > 0 {
		waits = append(waits, words.Count(more, "other webhook")+" paused")
	}
	return waits
}
