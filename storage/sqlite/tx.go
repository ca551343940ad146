package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"backchannel/storage"
)

// A tx is the transaction that the writer is in. It never leaves this package.
type tx struct {
	*writer
	now     time.Time
	last    storage.ID // the last ID allotted, once that was asked for
	kinds   storage.Change
	targets map[storage.ID]target
	tally
}

// run does the work of all operations and commits, or leaves everything as it was.
func (t *tx) run(batch []*operation) (result outcome) {
	if err := t.plain("BEGIN IMMEDIATE"); err != nil {
		return outcome{err: t.explain(err)}
	}
	defer func() {
		if result.panicked = recover(); result.panicked != nil || result.err != nil {
			t.rollback()
		}
	}()
	for _, op := range batch {
		if err := op.work(t); err != nil {
			return outcome{err: t.explainOwn(err)}
		}
		t.kinds |= op.kinds
	}
	if err := t.saveTally(); err != nil {
		return outcome{err: t.explain(err)}
	}
	if err := t.plain("COMMIT"); err != nil {
		return outcome{err: t.explain(err)}
	}
	return outcome{}
}

// explainOwn adds the file's name where the trouble is the file's.
func (t *tx) explainOwn(err error) error {
	if known := classify(err); classified(known) {
		return t.explain(known)
	}
	return err
}

// rollback may find nothing to roll back: SQLite does it by itself when the disk is full.
func (t *tx) rollback() {
	clear(t.facets)
	_ = t.plain("ROLLBACK")
}

func (t *tx) plain(statement string) error {
	_, err := t.conn.ExecContext(t.ctx(), statement)
	return err
}

// ctx is for calls of the driver, which starts a goroutine for each statement that could
// be cancelled.
func (*tx) ctx() context.Context { return context.Background() }

// exec runs a statement and tells how many rows it changed.
func (t *tx) exec(statement string, args ...any) (int64, error) {
	result, err := t.conn.ExecContext(t.ctx(), statement, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// newID allots the next ID: microseconds since 1970, or the last one plus one where that
// is greater. Holding the write lock, nobody else allots any.
func (t *tx) newID() (storage.ID, error) {
	if t.last == 0 {
		err := t.conn.QueryRowContext(t.ctx(), `SELECT last_id FROM store`).Scan(&t.last)
		if err != nil {
			return 0, err
		}
	}
	t.last = max(t.last+1, storage.ID(t.now.UnixMicro()))
	return t.last, nil
}

// A source answers queries: the pool of readers, or the writer's own connection.
type source interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// A scan reads the columns of one row.
type scan func(dest ...any) error

// collect reads all rows of a query.
func collect[T any](ctx context.Context, from source, read func(scan) (T, error), query string, args ...any) ([]T, error) {
	rows, err := from.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, readError(err)
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		one, err := read(rows.Scan)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, readError(rows.Err())
}

// first reads the first row of a query; storage.ErrNotFound when there is none.
func first[T any](ctx context.Context, from source, read func(scan) (T, error), query string, args ...any) (T, error) {
	all, err := collect(ctx, from, read, query, args...)
	if err != nil || len(all) == 0 {
		var none T
		return none, cmpError(err)
	}
	return all[0], nil
}

func cmpError(err error) error {
	if err == nil {
		return storage.ErrNotFound
	}
	return err
}

func readError(err error) error {
	if errors.Is(err, sql.ErrConnDone) || err != nil && err.Error() == "sql: database is closed" {
		return storage.ErrClosed
	}
	return classify(err)
}

// one reads a row of a single column.
func one[T any](read scan) (value T, err error) {
	err = read(&value)
	return value, err
}

// micros is a time as it is kept: microseconds since 1970, NULL for the zero time.
func micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// moment reads what micros wrote.
type moment struct{ time.Time }

// Scan implements sql.Scanner.
func (m *moment) Scan(value any) error {
	m.Time = time.Time{}
	if at, ok := value.(int64); ok {
		m.Time = time.UnixMicro(at).UTC()
	}
	return nil
}
