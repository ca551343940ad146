package engine

import (
	"context"
	"time"

	"backchannel/storage"
)

const (
	gaugeEvery = time.Second
	gaugeShare = 20 // counting takes at most one part of so many
)

// A gauge is what was counted in the store last.
type gauge struct {
	dirty                    bool
	queued, retrying, parked int64
}

// Snapshot counts what waits, what is in flight, and outcomes since the engine was made.
// What waits was counted a second ago at most, or longer when there is very much of it.
func (e *Engine) Snapshot() storage.Snapshot {
	var s storage.Snapshot
	e.stats.fill(&s)
	s.InFlight = e.inFlight()
	e.mu.Lock()
	defer e.mu.Unlock()
	s.Queued, s.Retrying, s.Parked = e.gauge.queued, e.gauge.retrying, e.gauge.parked
	return s
}

func (e *Engine) changed() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.gauge.dirty = true
}

func (e *Engine) gaugeLoop(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		began := time.Now()
		if err := e.measure(ctx); err != nil {
			e.readFailed(ctx, err)
		}
		timer.Reset(max(storage.NextTick(gaugeEvery), gaugeShare*time.Since(began)))
	}
}

// measure counts what waits, if anything changed.
func (e *Engine) measure(ctx context.Context) error {
	e.mu.Lock()
	dirty := e.gauge.dirty
	e.gauge.dirty = false
	e.mu.Unlock()
	if !dirty {
		return nil
	}
	pending, err := e.store.PendingWork(ctx)
	if err != nil {
		e.changed()
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.gauge = gauge{dirty: e.gauge.dirty}
	for _, p := range pending {
		l := e.dispatchers[p.WebhookID]
		if l == nil {
			continue
		}
		fresh, again, parked := l.held()
		queued, retrying := max(p.Queued-fresh, 0), max(p.Retrying-again, 0)
		if parked {
			e.gauge.parked += queued + retrying
			continue
		}
		e.gauge.queued += queued
		e.gauge.retrying += retrying
	}
	return nil
}

func (l *dispatcher) inFlight() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return int64(len(l.running))
}

// held counts the flights that the store still shows as queued or retrying, and says
// whether the rest is parked.
func (l *dispatcher) held() (fresh, again int64, parked bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, f := range l.running {
		if f.job.Attempts == 0 {
			fresh++
		} else {
			again++
		}
	}
	return fresh, again, l.idleOnPurpose() || l.breaker.open()
}
