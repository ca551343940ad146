package storage

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// A ParkedReason is what keeps a webhook's deliveries parked: it is paused, or its circuit
// breaker is open.
type ParkedReason struct {
	Webhook Webhook
	Breaker Breaker // closed while the webhook is paused
}

// A ParkedStore has what FindParkedReason reads.
type ParkedStore interface {
	Webhook(context.Context, ID) (Webhook, error)
	Breakers(context.Context) ([]Breaker, error)
}

// FindParkedReason reads what keeps a webhook's deliveries parked; nil if nothing does.
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

// WhyParked finds what keeps a webhook's deliveries parked; nil if nothing does.
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

// Paused reports whether it is a pause, which not even a retry by hand overrides.
func (r *ParkedReason) Paused() bool { return !r.Breaker.Open() }

// NextAttempt is when a delivery that is due at some time is tried; zero when nobody knows,
// or when that is now.
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

// A Remedy says what ends a wait, in the words of the place where it is read: a command
// line names commands, the console its keys.
type Remedy struct {
	Resume string // the webhook: "its deliveries wait until …"
	Retry  string // the delivery: "or now with …"
	When   string // the breaker's next probe: "the next try is …"
}

// Explain says why deliveries wait, and what ends that.
func (r *ParkedReason) Explain(remedy Remedy) string {
	if !r.Paused() {
		return fmt.Sprintf("%s failed %d times in a row, so its circuit breaker is open: the next try is %s, or now with %s",
			r.Webhook.Name, r.Breaker.Failures, remedy.When, remedy.Retry)
	}
	cause := r.Webhook.Name + " is paused"
	if r.Webhook.StateReason != "" {
		cause += fmt.Sprintf(" (%s)", r.Webhook.StateReason)
	}
	return cause + ": its deliveries wait until " + remedy.Resume
}
