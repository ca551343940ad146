package storetest

import (
	"context"
	"time"

	"backchannel/storage"
)

// Breakers keeps the state of the engine's circuit breakers, so that an open one stays open when
// another process takes over.
type Breakers interface {
	breakerReads
	breakerWrites
}

// breakerReads are the methods of Breakers that read.
type breakerReads interface {
	// Breakers returns the breakers that have counted a failure.
	Breakers(ctx context.Context) ([]storage.Breaker, error)
}

// breakerWrites are the methods of Breakers that write.
type breakerWrites interface {
	// SaveBreaker inserts or replaces the breaker of a webhook. A breaker without failures is
	// deleted.
	SaveBreaker(ctx context.Context, b storage.Breaker) error
}

// breakerTests are the tests of Breakers.
func breakerTests() subject {
	return subject{twice: tests{"breakers are stored until they have no failures": breakers}}
}

// breakers saves a breaker, changes it, and closes it.
func breakers(s *suite) {
	b := storage.Breaker{WebhookID: s.hook.ID, Failures: 10, OpenUntil: time.Now().Add(time.Minute).Truncate(time.Millisecond), Wait: time.Minute}
	s.must(s.store.SaveBreaker(s.ctx, b))
	b.Failures = 11
	s.must(s.store.SaveBreaker(s.ctx, b))
	all, err := s.store.Breakers(s.ctx)
	s.must(err)
	if len(all) != 1 || all[0].Failures != 11 || !all[0].OpenUntil.Equal(b.OpenUntil) || all[0].Wait != b.Wait {
		s.Errorf("got %+v", all)
	}
	s.must(s.store.SaveBreaker(s.ctx, storage.Breaker{WebhookID: s.hook.ID}))
	if all, err = s.store.Breakers(s.ctx); err != nil || len(all) != 0 {
		s.Errorf("got %+v, %v", all, err)
	}
}
