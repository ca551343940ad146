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
	heard := func(want storage.Change) {
		s.Helper()
		select {
		case got := <-hints:
			if !got.Has(want) {
				s.Errorf("heard %b, want %b", got, want)
			}
		case <-time.After(5 * time.Second):
			s.Error("heard nothing")
		}
	}
	id := s.enqueue(s.hook, 1)[0]
	heard(storage.ChangedDeliveries)
	s.must(s.store.Finish(s.ctx, outcome(id, 1, storage.Retrying, time.Now())))
	heard(storage.ChangedDeliveries)
	s.must(s.store.RetryDelivery(s.ctx, id))
	heard(storage.ChangedDeliveries)
	s.webhook("other")
	heard(storage.ChangedWebhooks)
}
