package storage

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// A ParkedReason is the reason why a webhook's deliveries are parked: the webhook is paused,
// or its circuit breaker is open.
type ParkedReason struct {
	Webhook Webhook
	Breaker Breaker // closed while the webhook is paused
}

// A ParkedStore is the part of a store that FindParkedReason needs.
type ParkedStore interface {
	Webhook(context.Context, ID) (Webhook, error)
	Breakers(context.Context) ([]Breaker, error)
}

// FindParkedReason returns why a webhook's deliveries are parked, or nil if they are not.
func FindParkedReason(ctx context.Context, store ParkedStore, webhook ID) (*ParkedReason, error) {
	w, err := store.Webhook(ctx, webhook)
	if err != nil {
		return nil, err
	}
	breakers, err := store.Breakers(ctx)
	if err != nil {
		return nil, err
	}
	return WhyParked(w, breakers), nil
}

// WhyParked is FindParkedReason for records that were already read.
func WhyParked(w Webhook, breakers []Breaker) *ParkedReason {
	if w.State == Paused {
		return &ParkedReason{Webhook: w}
	}
	i := slices.IndexFunc(breakers, func(b Breaker) bool { return b.WebhookID == w.ID && b.Open() })
	if i < 0 {
		return nil
	}
	return &ParkedReason{Webhook: w, Breaker: breakers[i]}
}

// Paused reports whether the webhook is paused. Unlike an open breaker, a pause also stops a
// delivery that somebody retries.
func (r *ParkedReason) Paused() bool { return !r.Breaker.Open() }

// NextAttempt returns when a delivery that is due at a given time is attempted. The result is zero if
// that is now, or if it is unknown because the webhook is paused.
func (r *ParkedReason) NextAttempt(due, now time.Time) time.Time {
	switch until := r.Breaker.OpenUntil; {
	case !until.After(now):
		return time.Time{}
	case due.After(until):
		return due
	default:
		return until
	}
}

// A Remedy says how to end the wait in the words of the interface that shows it: commands on
// the command line, keys in the console.
type Remedy struct {
	Resume string // the webhook: "its deliveries wait until …"
	Retry  string // the delivery: "to make it now, …"
	When   string // the breaker's next probe: "the next attempt is …"
}

// Explain returns a sentence that says why deliveries wait and how to end that.
func (r *ParkedReason) Explain(remedy Remedy) string {
	if !r.Paused() {
		return fmt.Sprintf("%s failed %d times in a row, so its circuit breaker is open: the next attempt is %s; to make it now, %s",
			r.Webhook.Name, r.Breaker.Failures, remedy.When, remedy.Retry)
	}
	cause := r.Webhook.Name + " is paused"
	if r.Webhook.StateReason != "" {
		cause += fmt.Sprintf(" (%s)", r.Webhook.StateReason)
	}
	return cause + ": its deliveries wait until " + remedy.Resume
}

// A PausedStore is the part of a store that FindPaused needs.
type PausedStore interface {
	Webhooks(context.Context) ([]Webhook, error)
	CountDeliveries(context.Context, DeliveryQuery) (int64, error)
}

// FindPaused returns the paused webhooks for which deliveries wait, and the number of these deliveries. No
// engine can deliver them before the webhooks are activated.
func FindPaused(ctx context.Context, store PausedStore) (paused []Webhook, waiting int64, err error) {
	all, err := store.Webhooks(ctx)
	if err != nil {
		return nil, 0, err
	}
	for _, w := range all {
		if w.State != Paused {
			continue
		}
		n, err := store.CountDeliveries(ctx, DeliveryQuery{WebhookID: w.ID, States: []State{Parked}})
		if err != nil {
			return nil, 0, err
		}
		if n > 0 {
			paused, waiting = append(paused, w), waiting+n
		}
	}
	return paused, waiting, nil
}
