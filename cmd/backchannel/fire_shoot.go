package main

import (
	"context"
	"time"

	"golang.org/x/time/rate"

	"backchannel/storage"
	"backchannel/storage/sqlite"
)

// A shooter queues what a plan says.
type shooter struct {
	store *sqlite.Store
	plan  plan
	// patience is how long a message's next event waits until the one before is final.
	// Nothing else keeps their order: a webhook's deliveries run side by side.
	patience time.Duration
	told     bool // in Activity, what is fired
}

// orderPatience is for whoever returns once all is queued.
const orderPatience = 2 * time.Second

// perCommit is about how many events are kept in one commit.
const perCommit = 500

// run queues request after request and hands on what was queued.
func (s *shooter) run(ctx context.Context, queued func([]storage.Delivery) error) error {
	atOnce := max(1, perCommit/s.plan.recipients)
	pace := rate.NewLimiter(rate.Inf, 1)
	if s.plan.perSecond > 0 {
		atOnce, pace = 1, rate.NewLimiter(rate.Limit(s.plan.perSecond), 1)
	}
	for done := 0; done < s.plan.count; done += atOnce {
		if pace.Wait(ctx) != nil { // at once if there is not enough time left
			<-ctx.Done()
			return ctx.Err()
		}
		if err := s.requests(ctx, min(atOnce, s.plan.count-done), queued); err != nil {
			return err
		}
	}
	return nil
}

// requests queues so many requests: their first events in one commit, then their second.
func (s *shooter) requests(ctx context.Context, n int, queued func([]storage.Delivery) error) error {
	events := make([][]storage.Event, len(s.plan.shots))
	for range n {
		values, err := s.plan.values()
		if err != nil {
			return err
		}
		for i, shot := range s.plan.shots {
			for _, v := range values {
				event, err := shot.event(s.plan.webhook, v)
				if err != nil {
					return err
				}
				events[i] = append(events[i], event)
			}
		}
	}
	for i := range events {
		deliveries, err := s.enqueue(ctx, events[i])
		if err != nil {
			return err
		}
		if err := queued(deliveries); err != nil {
			return err
		}
		if i < len(events)-1 {
			s.settle(ctx, deliveries)
		}
	}
	return nil
}

// enqueue keeps events; with the first ones it is told what is fired.
func (s *shooter) enqueue(ctx context.Context, events []storage.Event) ([]storage.Delivery, error) {
	if s.told {
		return s.store.Enqueue(ctx, events...)
	}
	s.told = true
	return s.store.Fire(ctx, s.plan.String(), events...)
}

// settle waits until deliveries are final, or patience ends.
func (s *shooter) settle(ctx context.Context, deliveries []storage.Delivery) {
	ctx, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	waiting := &waiting{store: s.store}
	waiting.add(deliveries)
	_ = waiting.run(ctx) // patience is all that there is to it
}
