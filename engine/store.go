package engine

import (
	"context"
	"time"

	"backchannel/storage"
)

// A Store keeps what the engine works on. Every method that changes something returns
// after its commit; all of them may be called by many goroutines at a time.
type Store interface {
	WorkStore
	WebhookStore
	CommandStore
}

// A WorkStore hands out deliveries and takes back what became of them.
type WorkStore interface {
	// Due has the deliveries that are neither final nor marked as sending.
	Due(ctx context.Context, q storage.DueQuery) ([]storage.Job, error)
	// NextDue is when the first such delivery of each webhook is due.
	NextDue(ctx context.Context) (map[storage.ID]time.Time, error)
	// MarkSending lets others see which attempts are in flight.
	MarkSending(ctx context.Context, ids []storage.ID) error
	// ResetSending undoes every MarkSending that no Finish followed.
	ResetSending(ctx context.Context) error
	// Finish keeps an attempt and the new state of its delivery, in one commit. A
	// delivery that was cancelled meanwhile stays so. The outcome is not kept hold of.
	Finish(ctx context.Context, o storage.Outcome) error
	// PendingWork counts what waits, webhook by webhook.
	PendingWork(ctx context.Context) ([]storage.Pending, error)
}

// A WebhookStore knows the webhooks and keeps what the engine learns about each.
type WebhookStore interface {
	Webhooks(ctx context.Context) ([]storage.Webhook, error)
	Breakers(ctx context.Context) ([]storage.Breaker, error)
	SaveBreaker(ctx context.Context, b storage.Breaker) error
	AddActivity(ctx context.Context, a storage.Activity) error
}

// A CommandStore says what people want done, and that something changed at all.
type CommandStore interface {
	Commands(ctx context.Context, after storage.ID) ([]storage.Command, error)
	DropCommands(ctx context.Context, through storage.ID) error
	Delivery(ctx context.Context, id storage.ID) (storage.Delivery, error)
	Event(ctx context.Context, id storage.ID) (storage.Event, error)
	// Changes hints at what changed, here or in another process, until ctx ends.
	Changes(ctx context.Context) <-chan storage.Change
}
