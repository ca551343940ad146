package postgres

import (
	"context"
	"errors"
	"time"

	"backchannel/storage"
	"backchannel/storage/column"
	"backchannel/storage/records"
	"backchannel/storage/seal"
)

// shared returns the database in the form that package records uses.
func (d *database) shared() *records.Database {
	return &records.Database{
		Dialect: dialect(), Reads: d.reads, Violates: violates, Seals: d.seals, By: d.by,
		Write: func(ctx context.Context, kinds storage.Change, work func(records.Tx) error) error {
			return d.write(ctx, kinds, func(t *tx) error { return work(sharedTx{t}) })
		},
	}
}

// dialect returns what differs in PostgreSQL's SQL. Contains compares the escaped form of texts,
// because they are bytea (see foreign) and lower works on text only.
func dialect() *records.Dialect {
	return &records.Dialect{
		Join:              `JOIN`,
		Text:              func(column string) string { return column + `::text::bytea` },
		Receipts:          pageQuery,
		ReceiptContents:   records.Contents{Alias: `r`, Secrets: receiptSecrets},
		ExecutionContents: records.Contents{Alias: `x`, Secrets: func(id storage.ID) seal.Place { return seal.At("executions", "secrets", id) }},
		Planned: `SELECT count(*) FROM webhooks w JOIN deliveries d ON d.webhook_id = w.id AND d.next_attempt_at > ? AND d.state = 'queued'
			WHERE w.state <> 'paused' AND NOT EXISTS (SELECT FROM breakers b WHERE b.webhook_id = w.id AND b.open_until IS NOT NULL)`,
		Received: `SELECT coalesce(sum(n), 0)::bigint FROM receipt_counts`,
		// A text about several executions begins with their number, a text about one does not.
		OneMore: `convert_to((coalesce(substring(encode(text, 'escape') FROM '^\d+')::bigint, 1) + 1)::text, 'UTF8')`,
		Contains: func(column, text string) records.Condition {
			return records.Where(`position(lower(encode(?::bytea, 'escape')) IN lower(encode(`+column+`, 'escape'))) > 0`, []byte(text))
		},
	}
}

// A sharedTx is a transaction in the form that package records uses.
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

// Changed implements records.Tx.
func (t sharedTx) Changed(kinds storage.Change) { t.kinds |= kinds }

// Runs implements records.Tx.
func (t sharedTx) Runs() *column.Runs { return &t.runs }

// Enqueue implements records.Tx.
func (t sharedTx) Enqueue(e *storage.Event, d *storage.Delivery) error { return t.enqueue(e, d) }

// AddMessage implements records.Tx.
func (t sharedTx) AddMessage(m *storage.Message) error {
	t.messages.insert(m)
	return nil
}

// QueueDelivery implements records.Tx.
func (t sharedTx) QueueDelivery(d *storage.Delivery) error { return t.queueDelivery(d, nil) }

// ChangeDelivery implements records.Tx.
func (t sharedTx) ChangeDelivery(action storage.DeliveryAction, d storage.Delivery) error {
	if action == storage.RetryDeliveries {
		// Another node may have begun to send it since it was read.
		err := t.must(`UPDATE deliveries SET next_attempt_at = ? WHERE id = ? AND next_attempt_at IS NOT NULL`, t.now, d.ID)
		if errors.Is(err, storage.ErrNotFound) {
			d.State = storage.Sending
			return action.Check(d)
		}
		if err == nil {
			t.jobs.due = append(t.jobs.due, d.ID)
		}
		return err
	}
	return t.deliveries.stop(d.ID, storage.Cancelled)
}

// CancelDeliveries implements records.Tx.
func (t sharedTx) CancelDeliveries(webhook storage.ID) (int, error) {
	return t.deliveries.cancelAll(webhook)
}
