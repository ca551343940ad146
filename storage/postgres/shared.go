package postgres

import (
	"context"
	"time"

	"backchannel/storage"
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
		WriteLoose: func(ctx context.Context, kinds storage.Change, work func(records.Tx) error) error {
			return d.writeLoose(ctx, kinds, func(t *tx) error { return work(t) })
		},
	}
}

// dialect returns what differs in PostgreSQL's SQL. Contains compares the escaped form of texts,
// because they are bytea (see foreign) and lower works on text only.
func dialect() *records.Dialect {
	return &records.Dialect{
		Join:       `JOIN`,
		Text:       func(column string) string { return column + `::text::bytea` },
		OfMessages: `r.message IS NOT NULL AND r.message BETWEEN ? AND ?`,
		Pinned:     `r.pinned`,
		InBody:     `position(?::bytea IN r.body) > 0`,
		Equals: func(column, value string) records.Condition {
			return records.Where(column+` = ? AND substr(`+column+`, 1, 100) = substr(?::bytea, 1, 100)`, value, value)
		},
		OfEach:            func(query string) string { return `LATERAL (` + query + `) p` },
		ReceiptContents:   records.Contents{Alias: `r`, Secrets: receiptSecrets},
		ExecutionContents: records.Contents{Alias: `x`, Secrets: func(id storage.ID) seal.Place { return seal.At("executions", "secrets", id) }},
		Planned: `SELECT count(*) FROM webhooks w JOIN deliveries d ON d.webhook_id = w.id AND d.next_attempt_at > ? AND d.state = 'queued'
			WHERE w.state <> 'paused' AND NOT EXISTS (SELECT FROM breakers b WHERE b.webhook_id = w.id AND b.open_until IS NOT NULL)`,
		Pending: `SELECT c.webhook_id, c.queued, c.retrying,
			(SELECT min(next_attempt_at) FROM deliveries WHERE webhook_id = c.webhook_id AND next_attempt_at IS NOT NULL)
		FROM (SELECT webhook_id, coalesce(sum(n) FILTER (WHERE state = 'queued'), 0)::bigint AS queued, coalesce(sum(n) FILTER (WHERE state = 'retrying'), 0)::bigint AS retrying
			FROM delivery_counts GROUP BY 1) c
		JOIN webhooks w ON w.id = c.webhook_id WHERE c.queued + c.retrying > 0 ORDER BY 1`,
		Received: `SELECT coalesce(sum(n), 0)::bigint, coalesce(sum(bytes), 0)::bigint FROM receipt_counts`,
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

func (t *tx) Deliveries() records.Deliveries { return &t.deliveries }

func (t *tx) Messages() records.Messages { return &t.messages }

func (t *tx) ForgetReceipt(*storage.Receipt) error { return nil }

// RemoveLeftovers removes commands old enough that every node has carried them out, and the rows of
// processes that were killed.
func (t *tx) RemoveLeftovers() error {
	t.send(`DELETE FROM commands WHERE id < ?`, t.Now.Add(-time.Hour).UnixMicro())
	t.send(`DELETE FROM writers WHERE seen < now() - interval '1 day'`)
	t.send(`DELETE FROM nodes WHERE heard_at < now() - interval '1 day'`)
	return nil
}
