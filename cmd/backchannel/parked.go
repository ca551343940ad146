package main

import (
	"context"
	"time"

	"backchannel/storage"
	"backchannel/storage/sqlite"
)

// explain says why deliveries wait, and which command ends that for one of them.
func (a *app) explain(r *storage.ParkedReason, delivery string) string {
	when := "due"
	if r.Breaker.OpenUntil.After(a.now()) {
		when = "at " + r.Breaker.OpenUntil.In(a.zone).Format(time.TimeOnly)
	}
	return r.Explain(storage.Remedy{
		Resume: storage.ResumeCommand(r.Webhook.Name), Retry: "backchannel delivery retry " + delivery, When: when,
	})
}

// parkedBy says what parks the deliveries that a webhook is about to get, or nothing.
func (a *app) parkedBy(ctx context.Context, store *sqlite.Store, w storage.Webhook) (string, error) {
	reason, err := storage.FindParkedReason(ctx, store, w.ID)
	if err != nil || reason == nil {
		return "", err
	}
	return a.explain(reason, "ID"), nil
}

// noteParked says why nothing is tried for a delivery, if that is so, and what to do about
// it. That it cannot be found out is no reason to stop.
func (a *app) noteParked(ctx context.Context, store *sqlite.Store, d storage.Delivery) {
	if reason, err := storage.FindParkedReason(ctx, store, d.WebhookID); err == nil && reason != nil {
		a.note("%s", a.explain(reason, d.ID.String()))
	}
}

// notePaused says it if nothing is tried even when asked for, as the webhook is paused.
func (a *app) notePaused(ctx context.Context, store *sqlite.Store, d storage.Delivery) {
	if reason, err := storage.FindParkedReason(ctx, store, d.WebhookID); err == nil && reason != nil && reason.Paused() {
		a.note("%s", a.explain(reason, d.ID.String()))
	}
}

// whyParked says why a delivery that is shown as parked is, and sets when it is tried next.
func (a *app) whyParked(ctx context.Context, store *sqlite.Store, d *storage.Delivery) string {
	if d.State != storage.Parked {
		return ""
	}
	reason, err := storage.FindParkedReason(ctx, store, d.WebhookID)
	if err != nil || reason == nil { // it has just been let go
		return ""
	}
	d.NextAttemptAt = reason.NextAttempt(d.NextAttemptAt, a.now())
	return a.explain(reason, d.ID.String())
}
