package sqlite

import (
	"context"
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
	failed  failures // runs that this transaction begins or continues
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
	if err := errors.Join(t.raiseMessages(), t.saveTally()); err != nil {
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
	_, err := t.step(nil, statement)
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
