package postgres

import (
	"context"
	"errors"

	"backchannel/storage"
	"backchannel/storage/column"
	"backchannel/storage/records"
	"backchannel/storage/seal"
)

// shared returns the database in the form that package records uses.
func (d *database) shared() *records.Database {
	return &records.Database{
		Dialect: dialect(), Reads: d.reads, Violates: violates, Seals: d.seals, By: d.by, Abandoned: abandoned(d.node), Node: d.node,
		Write: func(ctx context.Context, kinds storage.Change, work func(records.Tx) error) error {
			return d.write(ctx, kinds, func(t *tx) error { return work(t) })
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

// Context and the methods below make a transaction what package records needs.
func (p *pipeline) Context() context.Context { return p.ctx }

func (p *pipeline) Send(statement string, args ...any) error {
	p.send(statement, args...)
	return nil
}

func (t *tx) Changed(kinds storage.Change) { t.kinds |= kinds }

func (t *tx) Runs() *column.Runs { return &t.runs }

func (t *tx) AddMessage(m *storage.Message) error {
	t.messages.insert(m)
	return nil
}

func (t *tx) ChangeDelivery(action storage.DeliveryAction, d storage.Delivery) error {
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

func (t *tx) CancelDeliveries(webhook storage.ID) (int, error) {
	return t.deliveries.cancelAll(webhook)
}
