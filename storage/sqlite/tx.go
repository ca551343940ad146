package sqlite

import (
	"context"
	"errors"
	"time"

	"backchannel/storage"
)

// A tx is the writer's current transaction. It never leaves this package.
type tx struct {
	*writer
	now     time.Time
	last    storage.ID // the last ID assigned, or 0 before newID has been called
	kinds   storage.Change
	targets map[storage.ID]target
	failed  failures // runs of failures that this transaction begins or continues
	counterDeltas
}

// run does the work of all operations and commits. If any of it fails, run rolls back.
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
	if err := errors.Join(t.raiseMessages(), t.saveDeltas()); err != nil {
		return outcome{err: t.explain(err)}
	}
	if err := t.plain("COMMIT"); err != nil {
		return outcome{err: t.explain(err)}
	}
	return outcome{}
}

// explainOwn adds the file's name if the file caused the error.
func (t *tx) explainOwn(err error) error {
	if known := classify(err); classified(known) {
		return t.explain(known)
	}
	return err
}

// rollback ignores the error of a missing transaction: SQLite itself rolls back if the disk
// is full.
func (t *tx) rollback() {
	clear(t.facets)
	_ = t.plain("ROLLBACK")
}

func (t *tx) plain(statement string) error {
	_, err := t.step(nil, statement)
	return err
}

// ctx returns a context that cannot be cancelled, because the driver starts a goroutine for
// each statement with one that can.
func (*tx) ctx() context.Context { return context.Background() }

// exec runs a statement and returns how many rows it changed.
func (t *tx) exec(statement string, args ...any) (int64, error) {
	result, err := t.conn.ExecContext(t.ctx(), statement, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// newID assigns the next ID: microseconds since 1970, or the last ID plus one if that is
// greater. IDs are unique, because this transaction holds the database's write lock.
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
