package engine

import (
	"context"
	"time"

	"backchannel/storage"
)

// markLoop lets others see which attempts take long. It rests while none is under way.
func (e *Engine) markLoop(ctx context.Context) {
	again := time.NewTicker(markEvery)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-again.C:
			e.mark()
		}
		if e.inFlight() > 0 {
			continue
		}
		again.Stop()
		select {
		case <-ctx.Done():
			return
		case <-e.claimed:
			again.Reset(markEvery)
		}
	}
}

// inFlight is how many attempts are under way.
func (e *Engine) inFlight() (n int64) {
	for _, l := range e.allDispatchers() {
		n += l.inFlight()
	}
	return n
}

// mark marks the flights that are old enough. Each is held meanwhile, so that no outcome
// is committed before its mark.
func (e *Engine) mark() {
	var held []*runningAttempt
	var ids []storage.ID
	for _, l := range e.allDispatchers() {
		for _, f := range l.overdue(e.now().Add(-markAfter)) {
			f.marking.Lock()
			if f.finished || f.isMarked {
				f.marking.Unlock()
				continue
			}
			held, ids = append(held, f), append(ids, f.job.DeliveryID)
		}
	}
	if len(ids) == 0 {
		return
	}
	err := e.store.MarkSending(e.committing, ids)
	if err != nil {
		e.log.Error("mark deliveries as sending", "error", err)
	}
	for _, f := range held {
		f.isMarked = err == nil
		f.marking.Unlock()
	}
}
