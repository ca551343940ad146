package engine

import (
	"context"
	"log/slog"
	"time"

	"backchannel/storage"
)

const (
	markAfter    = 100 * time.Millisecond // most attempts end sooner, which saves a commit each
	markInterval = 50 * time.Millisecond
)

// A marker lets other processes see which attempts are in flight, by marking in the store
// those that take long.
type marker struct {
	store       WorkStore
	dispatchers *dispatchers
	log         *slog.Logger
	now         func() time.Time
	claimed     chan struct{} // holds a notice that an attempt began
}

// notice wakes the marker. It never blocks.
func (m *marker) notice() { storage.Wake(m.claimed) }

// run marks until ctx is done. It sleeps while no attempt is in flight, because otherwise an idle
// process would wake up twenty times a second for nothing. The marks are committed with
// committing, which ends later.
func (m *marker) run(ctx, committing context.Context) {
	again := time.NewTicker(markInterval)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-again.C:
			m.mark(committing)
		}
		if m.dispatchers.inFlight() > 0 {
			continue
		}
		again.Stop()
		select {
		case <-ctx.Done():
			return
		case <-m.claimed:
			again.Reset(markInterval)
		}
	}
}

// mark marks the attempts that are old enough. Meanwhile it keeps each of them from
// finishing, so that no outcome is committed before its mark, which would stay.
func (m *marker) mark(ctx context.Context) {
	var held []*runningAttempt
	var ids []storage.ID
	for _, d := range m.dispatchers.all() {
		for _, a := range d.queue.startedBefore(m.now().Add(-markAfter)) {
			a.marking.Lock()
			if a.finished || a.isMarked {
				a.marking.Unlock()
				continue
			}
			held, ids = append(held, a), append(ids, a.job.DeliveryID)
		}
	}
	if len(ids) == 0 {
		return
	}
	err := m.store.MarkSending(ctx, ids)
	if err != nil {
		m.log.Error("mark deliveries as sending", "error", err)
	}
	for _, a := range held {
		a.isMarked = err == nil
		a.marking.Unlock()
	}
}
