package main

import (
	"context"
	"fmt"

	"backchannel/storage"
	"backchannel/storage/sqlite"
)

// noteParked says why nothing is tried for a delivery, if that is so, and what to do about
// it. That it cannot be found out is no reason to stop.
func (a *app) noteParked(ctx context.Context, store *sqlite.Store, d storage.Delivery) {
	if a.notePaused(ctx, store, d) {
		return
	}
	breakers, err := store.Breakers(ctx)
	if err != nil {
		return
	}
	for _, b := range breakers {
		if b.WebhookID == d.WebhookID && b.Open() {
			a.note("%s failed %d times in a row, so its circuit breaker is open: the next try is at %s, or now with backchannel delivery retry %s",
				d.Webhook, b.Failures, b.OpenUntil.In(a.zone).Format("15:04:05"), d.ID)
		}
	}
}

// notePaused says it if nothing is tried because the webhook is paused.
func (a *app) notePaused(ctx context.Context, store *sqlite.Store, d storage.Delivery) bool {
	w, err := store.Webhook(ctx, d.WebhookID)
	if err != nil || w.State != storage.Paused {
		return false
	}
	a.note("%s", explainPause(w))
	return true
}

// explainPause says why a paused webhook's deliveries wait, and what ends that.
func explainPause(w storage.Webhook) string {
	reason := ""
	if w.StateReason != "" {
		reason = fmt.Sprintf(" (%s)", w.StateReason)
	}
	return fmt.Sprintf("%s is paused%s: its deliveries wait until %s", w.Name, reason, storage.ResumeCommand(w.Name))
}
