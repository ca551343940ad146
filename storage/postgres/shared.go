package postgres

import (
	"context"
	"time"

	"backchannel/storage"
	"backchannel/storage/column"
	"backchannel/storage/records"
)

// shared returns the database as package records knows it.
func (d *database) shared() *records.Database {
	return &records.Database{
		Reads: d.reads, Violates: violates, Seals: d.seals, By: d.by,
		Write: func(ctx context.Context, kinds storage.Change, work func(records.Tx) error) error {
			return d.write(ctx, kinds, func(t *tx) error { return work(sharedTx{t}) })
		},
	}
}

// A sharedTx is a transaction as package records knows it.
type sharedTx struct{ *tx }

// Context and the other methods implement records.Tx.
func (t sharedTx) Context() context.Context { return t.context }

// Exec implements records.Tx.
func (t sharedTx) Exec(statement string, args ...any) (int64, error) {
	return t.exec(statement, args...)
}

// Send implements records.Tx.
func (t sharedTx) Send(statement string, args ...any) error {
	t.send(statement, args...)
	return nil
}

// NewID implements records.Tx.
func (t sharedTx) NewID() (storage.ID, error) { return t.newID() }

// Reserve implements records.Tx.
func (t sharedTx) Reserve(id storage.ID) error {
	t.reserve(id)
	return nil
}

// Stamp implements records.Tx.
func (t sharedTx) Stamp() time.Time { return t.stamp() }

// Target implements records.Tx.
func (t sharedTx) Target(webhook storage.ID) (column.Target, error) { return t.target(webhook) }

// WebhooksChanged implements records.Tx.
func (t sharedTx) WebhooksChanged() { t.webhooksChanged() }

// CancelDeliveries implements records.Tx.
func (t sharedTx) CancelDeliveries(webhook storage.ID) (int, error) {
	return t.deliveries.cancelAll(webhook)
}

func (t *tx) addActivity(a storage.Activity) error {
	_, err := t.insertActivity(a)
	return err
}

func (t *tx) insertActivity(a storage.Activity) (storage.ID, error) {
	return records.InsertActivity(sharedTx{t}, a)
}
