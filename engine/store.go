package engine

import (
	"context"
	"time"

	"backchannel/storage"
)

// A Store stores what the engine works on. Every method that changes something returns after
// its commit. All methods are safe for use by several goroutines.
type Store interface {
	WorkStore
	WebhookStore
	CommandStore
}

// A WorkStore has the deliveries to attempt, and stores the outcomes of attempts.
type WorkStore interface {
	// Due returns deliveries that are neither final nor marked as sending.
	Due(ctx context.Context, q storage.DueQuery) ([]storage.Job, error)
	// NextDue returns when the first such delivery of each webhook is due.
	NextDue(ctx context.Context) (map[storage.ID]time.Time, error)
	// MarkSending marks deliveries as sending, so that other processes see which attempts are
	// in flight.
	MarkSending(ctx context.Context, ids []storage.ID) error
	// ResetSending undoes every MarkSending of this node, and of nodes that are gone, that was not
	// followed by a Finish.
	ResetSending(ctx context.Context) error
	// Finish stores an attempt and the new state of its delivery in one commit. A delivery
	// that was cancelled meanwhile stays cancelled. Finish does not retain the outcome.
	Finish(ctx context.Context, o storage.Outcome) error
	// PendingWork counts the waiting deliveries of each webhook.
	PendingWork(ctx context.Context) ([]storage.Pending, error)
}

// A WebhookStore has the webhooks, and stores what the engine learns about them.
type WebhookStore interface {
	Webhooks(ctx context.Context) ([]storage.Webhook, error)
	Breakers(ctx context.Context) ([]storage.Breaker, error)
	SaveBreaker(ctx context.Context, b storage.Breaker) error
	AddActivity(ctx context.Context, a storage.Activity) error
}

// A CommandStore has the commands that people give, and sends hints about changes.
type CommandStore interface {
	// Commands returns the commands after a given one that this node has not dropped, oldest
	// first.
	Commands(ctx context.Context, after storage.ID) ([]storage.Command, error)
	// DropCommands records that this node has carried out the commands up to a given one.
	DropCommands(ctx context.Context, through storage.ID) error
	Delivery(ctx context.Context, id storage.ID) (storage.Delivery, error)
	Event(ctx context.Context, id storage.ID) (storage.Event, error)
	// Changes returns a channel of hints at changes in any process, until ctx is done.
	Changes(ctx context.Context) <-chan storage.Change
}
