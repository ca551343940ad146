package receiver

import (
	"context"

	"backchannel/storage"
)

// Store is what the receiver needs of whoever keeps the records.
type Store interface {
	Webhooks
	Receipts
	Forwards
	AddActivity(ctx context.Context, a storage.Activity) error
}

// Webhooks knows what the receiver is to expect, and how it is to answer.
type Webhooks interface {
	Webhooks(ctx context.Context) ([]storage.Webhook, error)
	WebhookAt(ctx context.Context, organization, sandbox string) (storage.Webhook, error)
	Profile(ctx context.Context, webhook storage.ID) (storage.Profile, error)
	// Changes hints that any of it may have changed: at the latest when the call that
	// changed it returns, if that was made in this process.
	Changes(ctx context.Context) <-chan storage.Change
}

// Receipts keeps what arrived.
type Receipts interface {
	// AddReceipt returns after the commit. It calls judge with the earlier receipts of
	// the same message, perhaps more than once.
	AddReceipt(ctx context.Context, r *storage.Receipt, judge func(earlier []storage.Earlier)) error
	// FinishReceipts keeps what became of answers.
	FinishReceipts(ctx context.Context, ends ...storage.AnswerEnd) error
	// SentDigest is the SHA-256 of what a delivery was to carry, and whose it is.
	SentDigest(ctx context.Context, delivery storage.ID) (sha256 string, webhook storage.ID, known bool, err error)
}
