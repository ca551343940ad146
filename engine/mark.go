package engine

import (
	"context"
	"time"

	"backchannel/storage"
)

// markLoop lets others see which attempts take long.
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
	}
}

// mark marks the flights that are old enough. Each is held meanwhile, so that no outcome
// is committed before its mark.
func (e *Engine) mark() {
	var held []*flight
	var ids []storage.ID
	for _, l := range e.allLanes() {
		for _, f := range l.overdue(e.now().Add(-markAfter)) {
			f.marking.Lock()
			if f.landed || f.isMarked {
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
