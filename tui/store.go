package tui

import (
	"context"

	"backchannel/storage"
)

// Store is where the console reads and writes records. Everything that it shows
// comes from here, and everything that it does is a record written here. Its
// errors say by themselves what was tried: they are shown as they are.
type Store interface {
	WebhookStore
	DeliveryStore
	ReceiptStore
	ProfileStore
	StatusStore
}

// WebhookStore keeps the configurations.
type WebhookStore interface {
	Webhooks(context.Context) ([]storage.Webhook, error)
	Webhook(context.Context, storage.ID) (storage.Webhook, error)
	CreateWebhook(context.Context, *storage.Webhook) error
	UpdateWebhook(context.Context, *storage.Webhook) error
	DeleteWebhook(context.Context, storage.ID) (cancelled int, err error)
	SetWebhookState(ctx context.Context, id storage.ID, state storage.WebhookState, reason string) error
}

// DeliveryStore keeps events and their deliveries.
type DeliveryStore interface {
	Enqueue(context.Context, ...storage.Event) ([]storage.Delivery, error)
	// Fire enqueues, and keeps for Activity what was fired, in a few words.
	Fire(ctx context.Context, what string, events ...storage.Event) ([]storage.Delivery, error)
	Event(context.Context, storage.ID) (storage.Event, error)
	Delivery(context.Context, storage.ID) (storage.Delivery, error)
	Deliveries(context.Context, storage.DeliveryQuery) ([]storage.Delivery, error)
	CountDeliveries(context.Context, storage.DeliveryQuery) (int64, error)
	Attempts(context.Context, storage.ID) ([]storage.Attempt, error)
	ReplayDelivery(context.Context, storage.ID) (storage.Delivery, error)
	RetryDelivery(context.Context, storage.ID) error
	CancelDelivery(context.Context, storage.ID) error
}

// ReceiptStore keeps what the built-in receiver got.
type ReceiptStore interface {
	Receipt(context.Context, storage.ID) (storage.Receipt, error)
	Receipts(context.Context, storage.ReceiptQuery) ([]storage.Receipt, error)
	CountReceipts(context.Context, storage.ReceiptQuery) (int64, error)
	ReceiptsOfDelivery(context.Context, storage.ID) ([]storage.Receipt, error)
	NoteReceipt(ctx context.Context, id storage.ID, text string) error
	SaveFixture(context.Context, storage.SavedFixture) error
	SavedFixtures(context.Context) ([]storage.SavedFixture, error)
	PinReceipt(ctx context.Context, id storage.ID, pinned bool) error
	// ClearReceipts removes all but the pinned ones.
	ClearReceipts(context.Context) (removed int64, err error)
}

// ProfileStore keeps how the built-in receiver answers each webhook.
type ProfileStore interface {
	Profile(ctx context.Context, webhook storage.ID) (storage.Profile, error)
	SetProfile(ctx context.Context, webhook storage.ID, p storage.Profile) error
}

// StatusStore tells how things stand, and when they change.
type StatusStore interface {
	Runtime(context.Context) (rt storage.Runtime, alive bool, err error)
	Counts(context.Context) (storage.Counts, error)
	Breakers(context.Context) ([]storage.Breaker, error)
	AddActivity(context.Context, storage.Activity) error
	Activities(ctx context.Context, after storage.ID, limit int) ([]storage.Activity, error)
	// Changes hints at changed records until ctx ends. Hints that nobody took merge.
	Changes(ctx context.Context) <-chan storage.Change
}
