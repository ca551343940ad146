package main

import (
	"context"
	"fmt"
	"time"

	"backchannel/storage"
)

// explainParked returns why deliveries are parked, and which command resumes them.
func (s *printer) explainParked(r *storage.ParkedReason, delivery string) string {
	// A breaker whose time is up lets the next delivery through as a probe, so the probe is due.
	when := "due"
	if r.Breaker.OpenUntil.After(s.now()) {
		when = "at " + r.Breaker.OpenUntil.In(s.zone).Format(time.TimeOnly)
	}
	return r.Explain(storage.Remedy{
		Resume: fmt.Sprintf("it is resumed (%s)", storage.ResumeCommand(r.Webhook.Name)), Retry: "run backchannel delivery retry " + delivery, When: when,
	})
}

// whyWillPark returns why new deliveries of a webhook will be parked, or "" if they will not.
func (s *printer) whyWillPark(ctx context.Context, store storage.ParkedStore, w storage.Webhook) (string, error) {
	reason, err := storage.FindParkedReason(ctx, store, w.ID)
	if err != nil || reason == nil {
		return "", err
	}
	return s.explainParked(reason, "ID"), nil
}

// noteParked notes why a delivery is parked, if it is, and how to resume it. It notes nothing if
// the reason cannot be read, because the command itself has succeeded.
func (s *printer) noteParked(ctx context.Context, store storage.ParkedStore, d storage.Delivery) {
	if reason, err := storage.FindParkedReason(ctx, store, d.WebhookID); err == nil && reason != nil {
		s.note("%s", s.explainParked(reason, d.ID.String()))
	}
}

// notePaused is noteParked for a delivery that is retried by hand. That passes an open circuit
// breaker, so only a pause still parks it.
func (s *printer) notePaused(ctx context.Context, store storage.ParkedStore, d storage.Delivery) {
	if reason, err := storage.FindParkedReason(ctx, store, d.WebhookID); err == nil && reason != nil && reason.Paused() {
		s.note("%s", s.explainParked(reason, d.ID.String()))
	}
}

// whyParked returns why a delivery is parked, or "" if it is not, or no longer. It also sets
// NextAttemptAt to the time of the circuit breaker's probe if that is later.
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
