package postgres

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"

	"backchannel/storage"
	"backchannel/storage/records"
)

// A pipeline sends the statements of a transaction. A statement whose result is not needed at once
// is sent together with the next one whose result is, or at the end, because a round trip takes
// longer than most statements. Statements are always run in the order in which they were added.
type pipeline struct {
	ctx     context.Context
	conn    *pgx.Conn
	opening *pgx.Batch // the first statements, which come before all others; nil once they have been sent
	pending *pgx.Batch
	first   batched        // sent before what is pending
	later   []func() error // called once pending has been sent
}

// A batched collects changes that are sent in few statements.
type batched interface {
	// queue adds the statements.
	queue(to *pgx.Batch)
	// waits reports whether the rest of the transaction depends on their results.
	waits() bool
}

// settle sends the pending statements as long as their results are used or functions wait for them;
// either may add more statements. Otherwise they are sent together with the commit. The opening is
// always sent before, because it locks the row by which lookUp finds out whether the transaction
// was committed.
func (p *pipeline) settle() error {
	for p.opening != nil || p.first.waits() || len(p.later) > 0 || slices.ContainsFunc(p.pending.QueuedQueries, isRead) {
		if err := p.flush(); err != nil {
			return err
		}
		all := p.later
		p.later = nil
		for _, do := range all {
			if err := do(); err != nil {
				return err
			}
		}
	}
	return nil
}

// isRead reports whether the result of a statement is used.
func isRead(q *pgx.QueuedQuery) bool { return q.Fn != nil }

// then calls a function once all statements added so far have been sent.
func (p *pipeline) then(do func() error) { p.later = append(p.later, do) }

// take returns the pending statements, those of deliveries first, to which others may refer.
func (p *pipeline) take() *pgx.Batch {
	batch := &pgx.Batch{}
	if p.opening != nil {
		batch, p.opening = p.opening, nil
	}
	p.first.queue(batch)
	batch.QueuedQueries = append(batch.QueuedQueries, p.pending.QueuedQueries...)
	p.pending = &pgx.Batch{}
	return batch
}

// flush sends the pending statements.
func (p *pipeline) flush() error {
	batch := p.take()
	if batch.Len() == 0 {
		return nil
	}
	return p.conn.SendBatch(p.ctx, batch).Close()
}

// commit sends the pending statements and the commit in one message. If one of them fails, the
// server skips the rest and so does not commit.
func (p *pipeline) commit() error {
	p.send(`commit`)
	return p.flush()
}

// send adds a statement, which is run before the next one whose result is read.
func (p *pipeline) send(statement string, args ...any) *pgx.QueuedQuery {
	statement, args = bind(statement, args)
	return p.pending.Queue(statement, args...)
}

// Read runs a query at once, in one message with the pending statements. It makes the
// transaction a source.
func (p *pipeline) Read(ctx context.Context, rows func(records.Rows) error, query string, args ...any) error {
	return queries{p}.Read(ctx, rows, query, args...)
}

// Query makes the transaction a querier.
func (p *pipeline) Query(ctx context.Context, query string, args ...any) (pgx.Rows, error) {
	results, err := p.sendWith(ctx, query, args)
	if err != nil {
		return nil, err
	}
	rows, err := results.Query()
	if err != nil {
		return nil, errors.Join(err, results.Close())
	}
	return lastRows{rows, results}, nil
}

// Exec runs a statement at once and returns how many rows it changed.
func (p *pipeline) Exec(statement string, args ...any) (int64, error) {
	statement, args = bind(statement, args)
	results, err := p.sendWith(p.ctx, statement, args)
	if err != nil {
		return 0, err
	}
	done, err := results.Exec()
	return done.RowsAffected(), cmp.Or(err, results.Close())
}

// sendWith sends the pending statements and one more, whose result is the next to be read.
func (p *pipeline) sendWith(ctx context.Context, statement string, args []any) (pgx.BatchResults, error) {
	batch := p.take()
	before := batch.QueuedQueries
	batch.Queue(statement, args...)
	results := p.conn.SendBatch(ctx, batch)
	for _, query := range before {
		read := query.Fn
		if read == nil {
			read = func(results pgx.BatchResults) error { _, err := results.Exec(); return err }
		}
		if err := read(results); err != nil {
			_ = results.Close() // it returns the same error
			return nil, err
		}
	}
	return results, nil
}

// A lastRows is the result of the last statement of a batch.
type lastRows struct {
	pgx.Rows
	batch pgx.BatchResults
}

// Close ends the batch as well.
func (r lastRows) Close() {
	r.Rows.Close()
	_ = r.batch.Close() // it returns the error of the rows
}

// must runs a statement at once and returns storage.ErrNotFound if it changed no row.
func (p *pipeline) must(statement string, args ...any) error {
	changed, err := p.Exec(statement, args...)
	if err == nil && changed == 0 {
		return storage.ErrNotFound
	}
	return err
}
