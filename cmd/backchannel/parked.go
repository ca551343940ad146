package main

import (
	"context"
	"time"

	"backchannel/storage"
	"backchannel/storage/sqlite"
)

// explain says why deliveries wait, and which command ends that for one of them.
func (s deliverySession) explain(r *storage.ParkedReason, delivery string) string {
	when := "due"
	if r.Breaker.OpenUntil.After(s.now()) {
		when = "at " + r.Breaker.OpenUntil.In(s.zone).Format(time.TimeOnly)
	}
	return r.Explain(storage.Remedy{
		Resume: storage.ResumeCommand(r.Webhook.Name), Retry: "backchannel delivery retry " + delivery, When: when,
	})
}

// parkedBy says what parks the deliveries that a webhook is about to get, or nothing.
func (s deliverySession) parkedBy(ctx context.Context, store *sqlite.Store, w storage.Webhook) (string, error) {
	reason, err := storage.FindParkedReason(ctx, store, w.ID)
	if err != nil || reason == nil {
		return "", err
	}
	return s.explain(reason, "ID"), nil
}

// noteParked says why nothing is tried for a delivery, if that is so, and what to do about
// it. That it cannot be found out is no reason to stop.
func (s deliverySession) noteParked(ctx context.Context, store *sqlite.Store, d storage.Delivery) {
	if reason, err := storage.FindParkedReason(ctx, store, d.WebhookID); err == nil && reason != nil {
		s.note("%s", s.explain(reason, d.ID.String()))
	}
}

// notePaused says it if nothing is tried even when asked for, as the webhook is paused.
func (s deliverySession) notePaused(ctx context.Context, store *sqlite.Store, d storage.Delivery) {
	if reason, err := storage.FindParkedReason(ctx, store, d.WebhookID); err == nil && reason != nil && reason.Paused() {
		s.note("%s", s.explain(reason, d.ID.String()))
	}
}

// whyParked says why a delivery that is shown as parked is, and sets when it is tried next.
func (s deliverySession) whyParked(ctx context.Context, store *sqlite.Store, d *storage.Delivery) string {
	if d.State != storage.Parked {
		return ""
	}
	reason, err := storage.FindParkedReason(ctx, store, d.WebhookID)
	if err != nil || reason == nil { // it has just been let go
		return ""
	}
	d.NextAttemptAt = reason.NextAttempt(d.NextAttemptAt, s.now())
	return s.explain(reason, d.ID.String())
}
