package storetest

import (
	"context"
	"testing"
)

// Health reports whether a store can be relied on, for the command doctor and for a console.
type Health interface {
	// Check reads the whole store, and describes what is damaged.
	Check(ctx context.Context) ([]string, error)
	// TryWrite returns why nothing can be stored, or nil.
	TryWrite(ctx context.Context) error
	// Free returns how many bytes can still be stored.
	Free() (bytes int64, known bool)
	// Lost returns why the store cannot be relied on at the moment, or nil.
	Lost() error
	// OnLost registers a function that is called with an error when the store can no longer be
	// relied on, and with nil when it can be again.
	OnLost(call func(error))
}

// healthTests are the tests of Health. How a store loses its database or is damaged depends on the
// store, and is up to its own tests.
func healthTests() subject {
	return subject{once: tests{"a new store is healthy": healthy}}
}

// runHealth tests what a store reports about itself.
func runHealth[S interface {
	Base
	Health
}](t *testing.T, create Create[S]) {
	run(t, create, healthTests())
}

// healthy tests that a store that works does not report otherwise.
func healthy(s *suite) {
	calls := make(chan error, 1)
	s.store.OnLost(func(err error) { calls <- err })
	s.enqueue(s.hook, 3)
	s.must(s.store.TryWrite(s.ctx))
	s.must(s.store.Lost())
	found, err := s.store.Check(s.ctx)
	s.must(err)
	if len(found) > 0 {
		s.Errorf("Check: got %q, want no damage", found)
	}
	if free, known := s.store.Free(); known && free <= 0 {
		s.Errorf("Free: got %d bytes", free)
	}
	select {
	case err := <-calls:
		s.Errorf("OnLost: got a call with %v", err)
	default:
	}
}
