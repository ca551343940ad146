package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"backchannel/storage"
	"backchannel/storage/sqlite"
)

// A hold keeps a webhook's deliveries back: a pause, or a breaker that is open.
type hold struct {
	webhook storage.Webhook
	breaker storage.Breaker // none while the webhook is paused
}

// holdOn finds what keeps a webhook's deliveries back; nil for nothing.
func holdOn(ctx context.Context, store *sqlite.Store, webhook storage.ID) (*hold, error) {
	w, err := store.Webhook(ctx, webhook)
	if err != nil {
		return nil, err
	}
	if w.State == storage.Paused {
		return &hold{webhook: w}, nil
	}
	breakers, err := store.Breakers(ctx)
	i := slices.IndexFunc(breakers, func(b storage.Breaker) bool { return b.WebhookID == webhook && b.Open() })
	if err != nil || i < 0 {
		return nil, err
	}
	return &hold{webhook: w, breaker: breakers[i]}, nil
}

// next is when a delivery that is due at a time is tried; zero when nobody knows, or now.
func (h *hold) next(due, now time.Time) time.Time {
	switch until := h.breaker.OpenUntil; {
	case !until.After(now):
		return time.Time{}
	case due.After(until):
		return due
	default:
		return until
	}
}

// explain says why deliveries wait, and what ends that for one of them.
func (a *app) explain(h *hold, delivery string) string {
	w := h.webhook
	if !h.breaker.Open() {
		reason := ""
		if w.StateReason != "" {
			reason = fmt.Sprintf(" (%s)", w.StateReason)
		}
		return fmt.Sprintf("%s is paused%s: its deliveries wait until %s", w.Name, reason, storage.ResumeCommand(w.Name))
	}
	when := "is due"
	if h.breaker.OpenUntil.After(a.now()) {
		when = "is at " + h.breaker.OpenUntil.In(a.zone).Format(time.TimeOnly)
	}
	return fmt.Sprintf("%s failed %d times in a row, so its circuit breaker is open: the next try %s, or now with backchannel delivery retry %s",
		w.Name, h.breaker.Failures, when, delivery)
}

// parkedBy says what holds the deliveries back that a webhook is about to get, or nothing.
func (a *app) parkedBy(ctx context.Context, store *sqlite.Store, w storage.Webhook) (string, error) {
	h, err := holdOn(ctx, store, w.ID)
	if err != nil || h == nil {
		return "", err
	}
	return a.explain(h, "ID"), nil
}

// noteParked says why nothing is tried for a delivery, if that is so, and what to do about
// it. That it cannot be found out is no reason to stop.
func (a *app) noteParked(ctx context.Context, store *sqlite.Store, d storage.Delivery) {
	if h, err := holdOn(ctx, store, d.WebhookID); err == nil && h != nil {
		a.note("%s", a.explain(h, d.ID.String()))
	}
}

// notePaused says it if nothing is tried even when asked for, as the webhook is paused.
func (a *app) notePaused(ctx context.Context, store *sqlite.Store, d storage.Delivery) {
	if h, err := holdOn(ctx, store, d.WebhookID); err == nil && h != nil && !h.breaker.Open() {
		a.note("%s", a.explain(h, d.ID.String()))
	}
}

// whyParked says why a delivery that is shown as parked is, and sets when it is tried next.
func (a *app) whyParked(ctx context.Context, store *sqlite.Store, d *storage.Delivery) string {
	if d.State != storage.Parked {
		return ""
	}
	h, err := holdOn(ctx, store, d.WebhookID)
	if err != nil || h == nil { // it has just been let go
		return ""
	}
	d.NextAttemptAt = h.next(d.NextAttemptAt, a.now())
	return a.explain(h, d.ID.String())
}
