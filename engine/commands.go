package engine

import (
	"context"
	"log/slog"

	"backchannel/storage"
)

// commands carries out the commands of users to retry or to cancel a delivery. Commands are rows in
// the store rather than calls, because they often come from another process.
type commands struct {
	store       CommandStore
	dispatchers *dispatchers
	reads       *readMonitor
	log         *slog.Logger
	last        storage.ID // of the last command that was run
}

// run carries out the new commands. It remembers the last one, because dropping them may fail, and
// running a retry again would make an attempt that nobody requested. A webhook without a dispatcher
// has been deleted, which has cancelled its deliveries.
func (c *commands) run(ctx context.Context) {
	found, err := c.store.Commands(ctx, c.last)
	if err != nil {
		c.reads.failed(ctx, err)
		return
	}
	if len(found) == 0 {
		return
	}
	for _, one := range found {
		c.last = one.ID
		d := c.dispatchers.of(one.WebhookID)
		switch {
		case d == nil:
		case one.Kind == storage.CommandCancel:
			d.queue.cancel(one.DeliveryID)
		case one.Kind == storage.CommandRetry && d.worker != nil: // the source hands over the job on its own
			d.probeNow()
		case one.Kind == storage.CommandRetry:
			d.pages.retry(func() (storage.Job, bool) { return c.job(ctx, one.DeliveryID) })
		}
	}
	if err := c.store.DropCommands(ctx, c.last); err != nil && ctx.Err() == nil {
		c.log.Error("drop commands", "error", err)
	}
}

// job reads a delivery, and reports whether to attempt it. The delivery may have ended, or
// another attempt may have begun, since the command was given.
func (c *commands) job(ctx context.Context, id storage.ID) (storage.Job, bool) {
	d, err := c.store.Delivery(ctx, id)
	if err != nil || d.State.Final() || d.State == storage.Sending {
		return storage.Job{}, false
	}
	event, err := c.store.Event(ctx, d.EventID)
	if err != nil {
		c.reads.failed(ctx, err)
		return storage.Job{}, false
	}
	return storage.Job{
		DeliveryID: d.ID, WebhookID: d.WebhookID, Attempts: d.Attempts, Payload: event.Payload,
		Misbehave: d.Misbehave, MessageID: d.MessageID, CreatedAt: d.CreatedAt, DueAt: d.DueAt, NextAttemptAt: d.NextAttemptAt,
	}, true
}
