package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"backchannel/storage"
	"backchannel/storage/words"
)

// leftTimeout is how long a process that ends waits to learn what it leaves.
const leftTimeout = 2 * time.Second

// A leftStore is the part of a store that knows what is still to be delivered.
type leftStore interface {
	storage.RuntimeStore
	storage.PausedStore
	Counts(context.Context) (storage.Counts, error)
}

// noteLeft says what is still to be delivered when this process ends, and what it waits for. It
// says nothing if there is nothing, or if the store cannot be read in time.
func (s *stdio) noteLeft(ctx context.Context, store leftStore) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leftTimeout)
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
	if counts.UnfinishedTotal() > parked {
		rt, alive, err := store.Runtime(ctx)
		if err != nil {
			return
		}
		waits = append(waits, whoGoesOn(rt, alive))
	}
	s.note("%s: %s", counts.Unfinished(), strings.Join(append(waits, untilActivated(paused)...), "; "))
}

// whoGoesOn says which process will deliver what is left.
func whoGoesOn(rt storage.Runtime, alive bool) string {
	if alive && rt.PID != 0 {
		return rt.Process(thisMachine()) + " goes on"
	}
	return "waiting for an engine, which backchannel serve and the console run"
}

// mostPaused limits how many paused webhooks are named.
const mostPaused = 3

// untilActivated says what the deliveries of paused webhooks wait for, which no engine delivers.
func untilActivated(paused []storage.Webhook) (waits []string) {
	for _, w := range paused[:min(len(paused), mostPaused)] {
		waits = append(waits, fmt.Sprintf("%s is paused and waits until %s", w.Name, storage.ResumeCommand(w.Name)))
	}
	if more := len(paused) - mostPaused; more > 0 {
		waits = append(waits, words.Count(more, "other webhook")+" paused")
	}
	return waits
}
