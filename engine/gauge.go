package engine

import (
	"context"
	"sync"
	"time"

	"backchannel/storage"
)

const (
	gaugeInterval = time.Second
	gaugeShare    = 20 // counting takes at most 1/20 of the time
)

// A gauge counts the deliveries that wait. Counting reads the whole backlog, so it is done
// at most once a second, less often if it takes long, and only after a change.
type gauge struct {
	store       WorkStore
	dispatchers *dispatchers
	reads       *readMonitor

	mu     sync.Mutex // guards the fields below
	dirty  bool
	counts backlog
}

// A backlog counts the deliveries that wait, without those in flight.
type backlog struct{ queued, retrying, parked int64 }

// changed makes the next pass count again.
func (g *gauge) changed() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.dirty = true
}

// last returns the last count, which may be a second old or older.
func (g *gauge) last() backlog {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.counts
}

// run counts until ctx is done.
func (g *gauge) run(ctx context.Context) {
	storage.Repeat(ctx, nil, func(ctx context.Context) time.Duration {
		began := time.Now()
		if err := g.measure(ctx); err != nil {
			g.reads.failed(ctx, err)
		}
		return max(storage.NextTick(gaugeInterval), gaugeShare*time.Since(began))
	})
}

// measure counts if anything has changed.
func (g *gauge) measure(ctx context.Context) error {
	g.mu.Lock()
	// Clear the flag before reading: a change during the read must lead to another one.
	dirty := g.dirty
	g.dirty = false
	g.mu.Unlock()
	if !dirty {
		return nil
	}
	pending, err := g.store.PendingWork(ctx)
	if err != nil {
		g.changed()
		return err
	}
	counted := g.sum(pending)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.counts = counted
	return nil
}

// sum adds up the pending work of all webhooks. The store shows most attempts in flight as
// queued or retrying, because only those that take long are marked, so these are subtracted.
func (g *gauge) sum(pending []storage.Pending) (all backlog) {
	for _, p := range pending {
		d := g.dispatchers.of(p.WebhookID)
		if d == nil {
			continue
		}
		running := d.queue.inFlight()
		queued, retrying := max(p.Queued-running.first, 0), max(p.Retrying-running.again, 0)
		if d.queue.parked() {
			all.parked += queued + retrying
			continue
		}
		all.queued += queued
		all.retrying += retrying
	}
	return all
}
