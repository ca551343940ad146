package storetest

import (
	"context"
	"testing"
)

// Health says whether a store can be relied on, for the command doctor and for a console.
type Health interface {
	// Check reads the whole store and describes each damage.
	Check(ctx context.Context) ([]string, error)
	// TryWrite returns why nothing can be stored, or nil.
	TryWrite(ctx context.Context) error
	// Free returns how much can still be stored.
	Free() (bytes int64, known bool)
	// Lost returns why the store cannot be relied on at the moment, or nil.
	Lost() error
	// OnLost registers a function that is called with an error when the store can no longer be
	// relied on, and with nil when it can be again.
	OnLost(call func(error))
}

// healthTests are the tests of Health. How a store loses its database, or gets damaged, is up to
// its own tests.
func healthTests() subject {
	return subject{alone: tests{"a new store is well": well}}
}

// RunHealth tests what a store says about itself.
func RunHealth[S interface {
	Base
	Health
}](t *testing.T, create Create[S]) {
	run(t, create, healthTests())
}

// well tests that a store that works does not say otherwise.
func well(s *suite) {
	calls := make(chan error, 1)
	s.store.OnLost(func(err error) { calls <- err })
	s.enqueue(s.hook, 3)
	s.must(s.store.TryWrite(s.ctx))
	s.must(s.store.Lost())
	found, err := s.store.Check(s.ctx)
	s.must(err)
	if len(found) > 0 {
		s.Errorf("damage: %q", found)
	}
	if free, known := s.store.Free(); known && free <= 0 {
		s.Errorf("%d bytes are free", free)
	}
	select {
	case err := <-calls:
		s.Errorf("lost: %v", err)
	default:
	}
}
