// Package once makes a single attempt to deliver, to wherever, with the engine's own
// guard, token, timeout and record, and keeps nothing. The one function is [Send].
package once

import (
	"context"
	"sync/atomic"
	"time"

	"backchannel/engine"
	"backchannel/storage"
)

// A Letter is what to send, and as which webhook. Its delivery options count, but for
// those about several attempts.
type Letter struct {
	Webhook  storage.Webhook
	Delivery storage.ID // the header tells
	Payload  []byte
}

// Send makes the attempt. What went wrong with it is part of the outcome; the error is
// about everything else, such as the end of ctx.
func Send(ctx context.Context, cfg engine.Config, letter Letter) (storage.Outcome, error) {
	if err := ctx.Err(); err != nil {
		return storage.Outcome{}, err
	}
	w := &letter.Webhook
	w.ID, w.State = max(w.ID, 1), storage.Active
	w.Delivery.Retry, w.Delivery.RatePerSec = nil, 0
	running, stop := context.WithCancel(ctx)
	defer stop()
	s := &store{letter: letter, done: make(chan storage.Outcome, 1)}
	ended := make(chan error, 1)
	go func() { ended <- engine.New(s, cfg).Run(running) }()
	select {
	case outcome := <-s.done:
		stop()
		return outcome, <-ended
	case err := <-ended:
		if err == nil {
			err = ctx.Err()
		}
		return storage.Outcome{}, err
	}
}

// A store hands the one letter out, once, and is told how it went.
type store struct {
	letter Letter
	handed atomic.Bool
	done   chan storage.Outcome // buffered
}

func (s *store) Webhooks(context.Context) ([]storage.Webhook, error) {
	return []storage.Webhook{s.letter.Webhook}, nil
}

func (s *store) Due(context.Context, storage.DueQuery) ([]storage.Job, error) {
	if s.handed.Swap(true) {
		return nil, nil
	}
	return []storage.Job{{DeliveryID: s.letter.Delivery, WebhookID: s.letter.Webhook.ID, Payload: s.letter.Payload}}, nil
}

func (s *store) Finish(_ context.Context, o storage.Outcome) error {
	s.done <- o
	return nil
}

// Nothing else is there, and nothing is kept.

func (s *store) NextDue(context.Context) (map[storage.ID]time.Time, error)       { return nil, nil }
func (s *store) MarkSending(context.Context, []storage.ID) error                 { return nil }
func (s *store) ResetSending(context.Context) error                              { return nil }
func (s *store) PendingWork(context.Context) ([]storage.Pending, error)          { return nil, nil }
func (s *store) Breakers(context.Context) ([]storage.Breaker, error)             { return nil, nil }
func (s *store) SaveBreaker(context.Context, storage.Breaker) error              { return nil }
func (s *store) AddActivity(context.Context, storage.Activity) error             { return nil }
func (s *store) Commands(context.Context, storage.ID) ([]storage.Command, error) { return nil, nil }
func (s *store) DropCommands(context.Context, storage.ID) error                  { return nil }
func (s *store) Changes(context.Context) <-chan storage.Change                   { return nil }

func (s *store) Delivery(context.Context, storage.ID) (storage.Delivery, error) {
	return storage.Delivery{}, storage.ErrNotFound
}

func (s *store) Event(context.Context, storage.ID) (storage.Event, error) {
	return storage.Event{}, storage.ErrNotFound
}
