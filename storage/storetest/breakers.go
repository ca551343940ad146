package storetest

import (
	"context"
	"time"

	"backchannel/storage"
)

// Breakers are the engine's circuit breakers, which outlive it.
type Breakers interface {
	breakerReads
	breakerWrites
}

type breakerReads interface {
	Breakers(ctx context.Context) ([]storage.Breaker, error)
}

type breakerWrites interface {
	SaveBreaker(ctx context.Context, b storage.Breaker) error
}

func breakerTests() subject {
	return subject{both: tests{"breakers are stored until they have no failures": breakers}}
}

func breakers(s *suite) {
	b := storage.Breaker{WebhookID: s.hook.ID, Failures: 10, OpenUntil: time.Now().Add(time.Minute).Truncate(time.Millisecond), Wait: time.Minute}
	s.must(s.store.SaveBreaker(s.ctx, b))
	b.Failures = 11
	s.must(s.store.SaveBreaker(s.ctx, b))
	all, err := s.store.Breakers(s.ctx)
	s.must(err)
	if len(all) != 1 || all[0].Failures != 11 || !all[0].OpenUntil.Equal(b.OpenUntil) || all[0].Wait != b.Wait {
		s.Errorf("stored %+v", all)
	}
	s.must(s.store.SaveBreaker(s.ctx, storage.Breaker{WebhookID: s.hook.ID}))
	if all, err = s.store.Breakers(s.ctx); err != nil || len(all) != 0 {
		s.Errorf("stored %+v, %v", all, err)
	}
}
