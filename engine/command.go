package engine

import (
	"context"

	"backchannel/storage"
)

// runCommands does what was commanded since the last command, and returns the new last one.
func (e *Engine) runCommands(ctx context.Context, last storage.ID) storage.ID {
	commands, err := e.store.Commands(ctx, last)
	if err != nil {
		e.readFailed(ctx, err)
		return last
	}
	if len(commands) == 0 {
		return last
	}
	for _, c := range commands {
		last = c.ID
		e.mu.Lock()
		l := e.dispatchers[c.WebhookID]
		e.mu.Unlock()
		switch {
		case l == nil:
		case c.Kind == storage.CommandCancel:
			l.cancel(c.DeliveryID)
		case c.Kind == storage.CommandRetry:
			l.retry(func() (storage.Job, bool) { return e.job(ctx, c.DeliveryID) })
		}
	}
	if err := e.store.DropCommands(ctx, last); err != nil && ctx.Err() == nil {
		e.log.Error("drop commands", "error", err)
	}
	return last
}

// job reads a delivery that is to be attempted, if it still is.
func (e *Engine) job(ctx context.Context, id storage.ID) (storage.Job, bool) {
	d, err := e.store.Delivery(ctx, id)
	if err != nil || d.State.Final() || d.State == storage.Sending {
		return storage.Job{}, false
	}
	event, err := e.store.Event(ctx, d.EventID)
	if err != nil {
		e.readFailed(ctx, err)
		return storage.Job{}, false
	}
	return storage.Job{
		DeliveryID: d.ID, WebhookID: d.WebhookID, Attempts: d.Attempts, Payload: event.Payload,
		Misbehave: d.Misbehave, CreatedAt: d.CreatedAt, NextAttemptAt: d.NextAttemptAt,
	}, true
}
