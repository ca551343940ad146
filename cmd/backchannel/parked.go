package main

import (
	"context"
	"time"

	"backchannel/storage"
)

// explainParked says why deliveries wait, and which command ends the wait for one of them.
func (s *printer) explainParked(r *storage.ParkedReason, delivery string) string {
	when := "due"
	if r.Breaker.OpenUntil.After(s.now()) {
		when = "at " + r.Breaker.OpenUntil.In(s.zone).Format(time.TimeOnly)
	}
	return r.Explain(storage.Remedy{
		Resume: storage.ResumeCommand(r.Webhook.Name), Retry: "backchannel delivery retry " + delivery, When: when,
	})
}

// whyWillPark says why the deliveries that a webhook is about to get will be parked. It is
// empty if they will not be.
func (s *printer) whyWillPark(ctx context.Context, store storage.ParkedStore, w storage.Webhook) (string, error) {
	reason, err := storage.FindParkedReason(ctx, store, w.ID)
	if err != nil || reason == nil {
		return "", err
	}
	return s.explainParked(reason, "ID"), nil
}

// noteParked says why a delivery is not attempted, if so, and how to change that. The note
// is left out if the reason cannot be read, since the command itself succeeded.
func (s *printer) noteParked(ctx context.Context, store storage.ParkedStore, d storage.Delivery) {
	if reason, err := storage.FindParkedReason(ctx, store, d.WebhookID); err == nil && reason != nil {
		s.note("%s", s.explainParked(reason, d.ID.String()))
	}
}

// notePaused is noteParked for a delivery that was retried, which only a pause can still
// stop.
func (s *printer) notePaused(ctx context.Context, store storage.ParkedStore, d storage.Delivery) {
	if reason, err := storage.FindParkedReason(ctx, store, d.WebhookID); err == nil && reason != nil && reason.Paused() {
		s.note("%s", s.explainParked(reason, d.ID.String()))
	}
}

// whyParked says why a delivery is parked, and corrects the time of its next attempt, which the
// circuit breaker may delay. It returns "" if the delivery is not parked, or not any more.
func (s *printer) whyParked(ctx context.Context, store storage.ParkedStore, d *storage.Delivery) string {
	if d.State != storage.Parked {
		return ""
	}
	reason, err := storage.FindParkedReason(ctx, store, d.WebhookID)
	if err != nil || reason == nil {
		return ""
	}
	d.NextAttemptAt = reason.NextAttempt(d.NextAttemptAt, s.now())
	return s.explainParked(reason, d.ID.String())
}
