package storetest

import (
	"context"
	"time"

	"backchannel/storage"
)

// Changes tells subscribers that records may have changed, in this process or another.
type Changes interface{ changeSource }

// A changeSource sends hints.
type changeSource interface {
	// Changes returns a channel of hints until ctx ends. Hints that are not received in time are
	// merged, so that none is lost and a slow subscriber does not block the writer.
	Changes(ctx context.Context) <-chan storage.Change
}

// changeTests are the tests of Changes.
func changeTests() subject {
	return subject{once: tests{
		"every commit sends a hint":    changes,
		"another store gets hints too": hintsForOtherStore,
	}}
}

// changes tests that a hint names the kind of record that changed.
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

// hintsForOtherStore lets one store wait for the changes of another as a console does, which reads
// when there is a hint, without knowing how many changes the hint stands for.
func hintsForOtherStore(s *suite) {
	other := s.open(Options{})
	hints := other.Changes(s.ctx)
	timeout := time.NewTimer(20 * time.Second)
	defer timeout.Stop()
	for _, state := range []storage.State{storage.Retrying, storage.Retrying, storage.StateDelivered} {
		id := s.enqueue(s.hook, 1)[0]
		s.must(s.store.Finish(s.ctx, outcome(id, 1, state, time.Now())))
		for {
			if d, err := other.Delivery(s.ctx, id); err == nil && d.State == state {
				break
			}
			select {
			case got := <-hints:
				if !got.Has(storage.ChangedDeliveries) || !got.Has(storage.ChangedElsewhere) {
					s.Errorf("got %b", got)
				}
			case <-timeout.C:
				s.Fatalf("got no hint for delivery %s", id)
			}
		}
	}
}
