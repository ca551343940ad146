package receiver

import (
	"context"

	"backchannel/receiver/executions"
	"backchannel/storage"
)

// Store is what the receiver needs of a store.
type Store interface {
	Webhooks
	Receipts
	Forwards
	executions.Store
	AddActivity(ctx context.Context, a storage.Activity) error
}

// Webhooks provides the webhooks to expect events for and their response profiles.
type Webhooks interface {
	Webhooks(ctx context.Context) ([]storage.Webhook, error)
	WebhookAt(ctx context.Context, organization, sandbox string) (storage.Webhook, error)
	Profile(ctx context.Context, webhook storage.ID) (storage.Profile, error)
	// Changes returns a channel of hints that any of these may have changed. A change made
	// in this process is hinted at before the call that made it returns.
	Changes(ctx context.Context) <-chan storage.Change
}

// Receipts stores what arrived.
type Receipts interface {
	// AddReceipt returns after the commit. It calls judge with the earlier receipts of
	// the same message, perhaps more than once.
	AddReceipt(ctx context.Context, r *storage.Receipt, judge func(earlier []storage.Earlier)) error
	// FinishReceipts stores the outcomes of answers.
	FinishReceipts(ctx context.Context, ends ...storage.AnswerEnd) error
	// SentDigest returns the SHA-256 of a delivery's body and the delivery's webhook.
	SentDigest(ctx context.Context, delivery storage.ID) (sha256 string, webhook storage.ID, known bool, err error)
}
