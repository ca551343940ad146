package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"strings"
	"time"

	"backchannel/storage"
	"backchannel/storage/column"
	"backchannel/storage/records"
	"backchannel/storage/seal"
)

// shared returns the database as package records knows it.
func (d *database) shared() *records.Database {
	return &records.Database{
		Dialect: dialect(), Reads: queries{d.reads}, Violates: violates, Seals: d.seals, By: d.by,
		Write: func(ctx context.Context, kinds storage.Change, work func(records.Tx) error) error {
			return d.write(ctx, kinds, func(t *tx) error { return work(sharedTx{t}) })
		},
	}
}

// dialect joins with CROSS JOIN, which keeps SQLite from choosing another table to begin with, and
// having to sort. LIKE ignores the case of ASCII letters.
func dialect() *records.Dialect {
	wild := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)
	return &records.Dialect{
		Join:              `CROSS JOIN`,
		Text:              func(column string) string { return column },
		Receipts:          pageQuery,
		ReceiptContents:   records.Contents{Alias: `c`, Join: ` JOIN receipt_contents c ON c.receipt_id = r.id`, Secrets: receiptSecrets},
		ExecutionContents: records.Contents{Alias: `c`, Table: `execution_contents`, Join: ` JOIN execution_contents c ON c.execution = x.id`, Secrets: secretsOf(`execution_contents`)},
		// Only what is queued or retried has a next attempt. An index has the former no shorter
		// way than by taking away the latter, which are few.
		Planned:  `SELECT ` + waiting + `) - ` + waiting + ` AND d.state = 'retrying')`,
		Received: `SELECT receipts FROM store`,
		// CAST takes the number that a text begins with; that about one execution begins with none.
		OneMore: `(max(CAST(text AS INTEGER), 1) + 1)`,
		Contains: func(column, text string) records.Condition {
			return records.Where(column+` LIKE ? ESCAPE '\'`, `%`+wild.Replace(text)+`%`)
		},
	}
}

const waiting = `(SELECT count(*) FROM webhooks w JOIN deliveries d ON d.webhook_id = w.id AND d.next_attempt_at > ?1
	WHERE w.state <> 'paused' AND NOT EXISTS (SELECT 1 FROM breakers b WHERE b.webhook_id = w.id AND b.open_until IS NOT NULL)`

// secretsOf returns where a table has the secrets of a record.
func secretsOf(table string) func(storage.ID) seal.Place {
	return func(id storage.ID) seal.Place { return seal.At(table, "secrets", id) }
}

// A queries makes a records.Source of what database/sql has for queries.
type queries struct{ source }

// Read implements records.Source.
func (q queries) Read(ctx context.Context, read func(records.Rows) error, query string, args ...any) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return readError(err)
	}
	defer rows.Close()
	err = read(rows)
	return readError(cmp.Or(err, rows.Err()))
}

// A source is the pool of readers, or the writer's own connection.
type source interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// A sharedTx is a transaction as package records knows it.
type sharedTx struct{ *tx }

// Read implements records.Source.
func (t sharedTx) Read(ctx context.Context, rows func(records.Rows) error, query string, args ...any) error {
	return queries{t.conn}.Read(ctx, rows, query, args...)
}

// Context and the other methods implement records.Tx.
func (t sharedTx) Context() context.Context { return t.ctx() }

// Exec implements records.Tx.
func (t sharedTx) Exec(statement string, args ...any) (int64, error) {
	return t.exec(statement, args...)
}

// Send implements records.Tx.
func (t sharedTx) Send(statement string, args ...any) error {
	_, err := t.exec(statement, args...)
	return err
}

// NewID implements records.Tx.
func (t sharedTx) NewID() (storage.ID, error) { return t.newID() }

// Reserve implements records.Tx.
func (t sharedTx) Reserve(id storage.ID) error { return t.reserve(id) }

// Stamp implements records.Tx.
func (t sharedTx) Stamp() time.Time { return t.stamp() }

// Target implements records.Tx.
func (t sharedTx) Target(webhook storage.ID) (column.Target, error) { return t.target(webhook) }

// WebhooksChanged implements records.Tx.
func (t sharedTx) WebhooksChanged() { clear(t.targets) }

// Changed implements records.Tx.
func (t sharedTx) Changed(kinds storage.Change) { t.kinds |= kinds }

// Runs implements records.Tx.
func (t sharedTx) Runs() *column.Runs { return &t.runs }

// Enqueue implements records.Tx.
func (t sharedTx) Enqueue(e *storage.Event, d *storage.Delivery) error { return t.enqueue(e, d) }

// AddMessage implements records.Tx.
func (t sharedTx) AddMessage(m *storage.Message) error { return t.campaignMessages.insert(m) }

// QueueDelivery implements records.Tx.
func (t sharedTx) QueueDelivery(d *storage.Delivery) error { return t.queueDelivery(d) }

// ChangeDelivery implements records.Tx.
func (t sharedTx) ChangeDelivery(action storage.DeliveryAction, d storage.Delivery) error {
	if action == storage.RetryDeliveries {
		_, err := t.exec(`UPDATE deliveries SET next_attempt_at = ? WHERE id = ?`, micros(t.now), d.ID)
		return err
	}
	return t.deliveries.stop(d.ID, storage.Cancelled)
}

// CancelDeliveries implements records.Tx.
func (t sharedTx) CancelDeliveries(webhook storage.ID) (int, error) {
	return t.deliveries.cancelAll(webhook)
}
