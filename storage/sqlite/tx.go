package sqlite

import (
	"errors"
	"fmt"

	"backchannel/storage"
	"backchannel/storage/column"
	"backchannel/storage/commit"
	"backchannel/storage/records"
)

// A tx is the writer's current transaction. It never leaves this package. A record with
// rules or counters of its own has a type for its rows, such as deliveryRows, which the
// transaction holds; other statements are run where they are needed.
type tx struct {
	*statements
	records.Base
	path string     // for errors
	last storage.ID // the last ID assigned, or 0 before NewID has been called

	deliveries deliveryRows
	messages   *messageIndex

	campaignMessages messageRows
}

func newTx(w *writer) *tx {
	s, base := &w.statements, records.Start(w.now(), w.runs, w.facets)
	base.Targets = map[storage.ID]column.Target{} // no webhook can change meanwhile
	return &tx{
		statements: s, Base: base, path: w.path, deliveries: deliveryRows{statements: s, now: base.Now}, messages: &w.messages,
		campaignMessages: messageRows{statements: s},
	}
}

// run does the work of all operations and commits. If any of it fails, run rolls back.
func (t *tx) run(batch []*operation) (result commit.Outcome) {
	if err := t.raw.exec("BEGIN IMMEDIATE"); err != nil {
		return commit.Outcome{Err: t.explain(err)}
	}
	defer func() {
		if result.Panicked = recover(); result.Failed() {
			t.rollback()
		}
	}()
	for _, op := range batch {
		if err := op.Work(t); err != nil {
			return commit.Outcome{Err: t.explainOwn(err)}
		}
		t.Kinds |= op.Kinds
	}
	if err := errors.Join(t.messages.raise(), t.deliveries.saveCounts(), t.deliveries.saveTallies(), t.campaignMessages.saveCounts(), t.saveTotals()); err != nil {
		return commit.Outcome{Err: t.explain(err)}
	}
	if err := t.raw.exec("COMMIT"); err != nil {
		return commit.Outcome{Err: t.explain(err)}
	}
	return commit.Outcome{}
}

// explain adds the file's name to a write error.
func (t *tx) explain(err error) error {
	return fmt.Errorf("write %s: %w", t.path, classify(err))
}

// explainOwn adds the file's name if the file caused the error.
func (t *tx) explainOwn(err error) error {
	if known := classify(err); classified(known) {
		return t.explain(known)
	}
	return err
}

// rollback ignores the error of a missing transaction: SQLite itself rolls back if the disk
// is full. Facets that the transaction stored are gone, so their IDs must be forgotten.
func (t *tx) rollback() {
	clear(t.Facets)
	_ = t.raw.exec("ROLLBACK")
}

// NewID assigns the next ID: microseconds since 1970, or the last ID plus one if that is
// greater. IDs are unique, because this transaction holds the database's write lock.
func (t *tx) NewID() (storage.ID, error) {
	if t.last == 0 {
		err := t.conn.QueryRowContext(t.Context(), `SELECT last_id FROM store`).Scan(&t.last)
		if err != nil {
			return 0, err
		}
	}
	t.last = max(t.last+1, storage.ID(t.Now.UnixMicro()))
	return t.last, nil
}

// saveTotals updates the stored last ID and what the receipts take.
func (t *tx) saveTotals() error {
	if t.last == 0 && t.Receipts == 0 && t.ReceiptBytes == 0 {
		return nil
	}
	return t.raw.exec(`UPDATE store SET last_id = max(last_id, ?), receipts = receipts + ?, receipt_bytes = receipt_bytes + ?`,
		int64(t.last), t.Receipts, t.ReceiptBytes)
}

// Reserve keeps an ID from being assigned.
func (t *tx) Reserve(id storage.ID) error {
	_, err := t.NewID()
	t.last = max(t.last, id)
	return err
}
