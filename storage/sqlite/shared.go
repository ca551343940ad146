package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"strings"

	"backchannel/storage"
	"backchannel/storage/records"
	"backchannel/storage/seal"
)

// shared returns the database as package records knows it.
func (d *database) shared() *records.Database {
	write := func(ctx context.Context, kinds storage.Change, work func(records.Tx) error) error {
		return d.write(ctx, kinds, func(t *tx) error { return work(t) })
	}
	return &records.Database{
		Dialect: dialect(), Reads: queries{d.reads}, Violates: violates, Seals: d.seals, By: d.by,
		Write: write, WriteLoose: write,
	}
}

// dialect joins with CROSS JOIN, which keeps SQLite from choosing another table to begin with, and
// having to sort. LIKE ignores the case of ASCII letters.
func dialect() *records.Dialect {
	wild := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)
	return &records.Dialect{
		Join:              `CROSS JOIN`,
		Text:              func(column string) string { return column },
		OfMessages:        `r.id IN (SELECT receipt_id FROM messages WHERE level IN (0, 1, 2) AND key BETWEEN ? AND ?)`,
		Pinned:            `r.pinned = 1`,
		InBody:            `instr((SELECT body FROM receipt_contents WHERE receipt_id = r.id), ?) > 0`,
		Equals:            func(column, value string) records.Condition { return records.Where(column+` = ?`, value) },
		OfEach:            func(query string) string { return `receipts p ON p.id IN (` + query + `)` },
		ScanBodies:        scanBodies,
		ReceiptContents:   records.Contents{Alias: `c`, Join: ` JOIN receipt_contents c ON c.receipt_id = r.id`, Secrets: receiptSecrets},
		ExecutionContents: records.Contents{Alias: `c`, Table: `execution_contents`, Join: ` JOIN execution_contents c ON c.execution = x.id`, Secrets: secretsOf(`execution_contents`)},
		// Only what is queued or retried has a next attempt. An index has the former no shorter
		// way than by taking away the latter, which are few.
		Planned: `SELECT ` + waiting + `) - ` + waiting + ` AND d.state = 'retrying')`,
		Pending: `SELECT w.id,
			coalesce((SELECT n FROM delivery_counts WHERE webhook_id = w.id AND state = 'queued'), 0) AS queued,
			coalesce((SELECT n FROM delivery_counts WHERE webhook_id = w.id AND state = 'retrying'), 0) AS retrying,
			(SELECT min(next_attempt_at) FROM deliveries WHERE webhook_id = w.id AND next_attempt_at IS NOT NULL)
		FROM webhooks w WHERE queued + retrying > 0 ORDER BY w.id`,
		Received: `SELECT receipts, receipt_bytes FROM store`,
		// CAST takes the number that a text begins with; that about one execution begins with none.
		OneMore: `(max(CAST(text AS INTEGER), 1) + 1)`,
		Contains: func(column, text string) records.Condition {
			return records.Where(column+` LIKE ? ESCAPE '\'`, `%`+wild.Replace(text)+`%`)
		},
	}
}

const waiting = `(SELECT count(*) FROM webhooks w JOIN deliveries d ON d.webhook_id = w.id AND d.next_attempt_at > ?1
	WHERE w.state <> 'paused' AND NOT EXISTS (SELECT 1 FROM breakers b WHERE b.webhook_id = w.id AND b.open_until IS NOT NULL)`

// scanBodies returns a query that reads bodies from the newest receipt on, and only of receipts
// for which all other conditions hold. It forbids indexes, because their order would make
// SQLite read and sort all matching receipts first.
func scanBodies(c records.ReceiptConditions) (query string, args []any) {
	facets, args := records.Where(`SELECT f.id FROM facets f WHERE true`).And(c.Facet)
	return records.Where(`SELECT `+records.ReceiptColumns+` FROM receipts r NOT INDEXED`+records.JoinReceipts+` WHERE r.facet_id IN (`+facets+`)`, args...).And(c.Receipt)
}

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

// Read and the methods below make a transaction what package records needs.
func (s *statements) Read(ctx context.Context, rows func(records.Rows) error, query string, args ...any) error {
	return queries{s.conn}.Read(ctx, rows, query, args...)
}

func (s *statements) Send(statement string, args ...any) error {
	_, err := s.Exec(statement, args...)
	return err
}

func (t *tx) WebhooksChanged() { clear(t.Targets) }

func (t *tx) Deliveries() records.Deliveries { return &t.deliveries }

func (t *tx) Messages() records.Messages { return &t.campaignMessages }

func (t *tx) Earlier(r *storage.Receipt) ([]storage.Earlier, error) { return t.messages.earlier(r) }

func (t *tx) ForgetReceipt(r *storage.Receipt) error { return t.messages.remove(r) }

func (t *tx) RemoveLeftovers() error { return nil }
