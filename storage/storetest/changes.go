package storetest

import (
	"context"
	"time"

	"backchannel/storage"
)

// Changes are hints that records may have changed.
type Changes interface {
	Changes(ctx context.Context) <-chan storage.Change
}

func changeTests() tests {
	return tests{"every commit sends a hint": changes}
}

func changes(s *suite) {
	hints := s.store.Changes(s.ctx)
	receive := func(want storage.Change) {
		s.Helper()
		select {
		case got := <-hints:
			if !got.Has(want) {
				s.Errorf("got %b, want %b", got, want)
			}
		case <-time.After(5 * time.Second):
			s.Error("got no hint")
		}
	}
	id := s.enqueue(s.hook, 1)[0]
	receive(storage.ChangedDeliveries)
	s.must(s.store.Finish(s.ctx, outcome(id, 1, storage.Retrying, time.Now())))
	receive(storage.ChangedDeliveries)
	s.must(s.store.RetryDelivery(s.ctx, id))
	receive(storage.ChangedDeliveries)
	s.webhook("other")
	receive(storage.ChangedWebhooks)
}
