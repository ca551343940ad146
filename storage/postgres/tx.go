package postgres

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"backchannel/storage"
	"backchannel/storage/column"
	"backchannel/storage/commit"
	"backchannel/storage/records"
)

// A tx is a writer's current transaction. A statement whose result is not needed at once is
// sent together with the next one that is, or at the end: a round trip takes longer than most
// statements. Nothing reads past a statement that has not been sent.
type tx struct {
	*writer
	context context.Context
	conn    *pgx.Conn
	now     time.Time
	last    storage.ID // the last ID assigned, by any transaction
	began   storage.ID // what last was at first
	kinds   storage.Change

	opening *pgx.Batch // the first statements, which come before all others; nil once they have been sent
	pending *pgx.Batch
	later   []func() error // to be done once pending has been sent

	deliveries deliveryRows
	messages   messageRows
	receipts   receiptTotal // the change to the stored one
	runs       column.Runs
	jobs       jobs
}

func newTx(ctx context.Context, w *writer, conn *pgx.Conn) *tx {
	t := &tx{writer: w, context: ctx, conn: conn, now: w.now(), opening: &pgx.Batch{}, pending: &pgx.Batch{}, runs: column.Runs{Committed: w.runs}}
	t.deliveries.tx, t.messages.tx = t, t
	return t
}

// run does the work of all operations, all but the commit.
func (t *tx) run(batch []*operation) (result commit.Outcome) {
	defer func() { result.Panicked = recover() }()
	if err := t.begin(); err != nil {
		return commit.Outcome{Err: err}
	}
	for _, op := range batch {
		if err := op.Work(t); err != nil {
			return commit.Outcome{Err: err}
		}
		t.kinds |= op.Kinds
	}
	return commit.Outcome{Err: t.end()}
}

// byIndexes makes the server look up each row by an index. It plans a statement once, when the
// tables are nearly empty, and would read all of a table of a million rows later.
const byIndexes = `SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)`

// begin notes the transaction's number and, if it may assign IDs, waits for its turn.
func (t *tx) begin() (err error) {
	t.opening.Queue(`begin`)
	t.opening.Queue(byIndexes)
	t.opening.Queue(`INSERT INTO writers VALUES ($1, $2, now()) ON CONFLICT (id) DO UPDATE SET done = excluded.done, seen = excluded.seen`, t.id, t.number)
	if t.ordered {
		err = t.takeTurn()
	}
	return err
}

// takeTurn waits until no other transaction assigns IDs. What the writer knows of webhooks is
// true as long as none of them has been changed.
func (t *tx) takeTurn() error {
	known, err := records.First(t.context, t, scanTurn, `SELECT last_id, webhooks_version FROM store FOR UPDATE`)
	if err != nil {
		return err
	}
	t.last, t.began = known.last, known.last
	if known.version != t.targetsVersion {
		clear(t.targets)
		t.targetsVersion = known.version
	}
	return nil
}

type turn struct {
	last    storage.ID
	version int64
}

func scanTurn(read scan) (t turn, err error) {
	err = read(&t.last, &t.version)
	return t, err
}

// webhooksChanged makes every writer read again what it knows of webhooks.
func (t *tx) webhooksChanged() {
	clear(t.targets)
	t.send(`UPDATE store SET webhooks_version = webhooks_version + 1`)
}

// end does what is left to do before the commit. The counters come last, because other writers
// in the same slot wait for them.
func (t *tx) end() error {
	if err := t.settle(); err != nil {
		return err
	}
	t.jobs.tell(t)
	t.deliveries.saveCounts()
	saveTallies(t, t.deliveries.tallies)
	t.messages.saveCounts()
	t.receipts.save(t)
	if t.last != t.began {
		t.send(`UPDATE store SET last_id = ?`, t.last)
	}
	return nil
}

// settle sends what is pending if something is to be done with what comes of it or after it, which
// may add to both. The rest is sent together with the commit, but for the opening: when the
// server is told to commit, the row is locked by which lookUp finds out whether it did.
func (t *tx) settle() error {
	for t.opening != nil || t.deliveries.endings.of != nil || len(t.later) > 0 || slices.ContainsFunc(t.pending.QueuedQueries, isRead) {
		if err := t.flush(); err != nil {
			return err
		}
		all := t.later
		t.later = nil
		for _, do := range all {
			if err := do(); err != nil {
				return err
			}
		}
	}
	return nil
}

// isRead reports whether something is done with the result of a statement.
func isRead(q *pgx.QueuedQuery) bool { return q.Fn != nil }

// then does something once all statements so far have been sent.
func (t *tx) then(do func() error) { t.later = append(t.later, do) }

// take returns the pending statements, those of deliveries first, to which others may refer.
func (t *tx) take() *pgx.Batch {
	batch := &pgx.Batch{}
	if t.opening != nil {
		batch, t.opening = t.opening, nil
	}
	t.deliveries.queue(batch)
	batch.QueuedQueries = append(batch.QueuedQueries, t.pending.QueuedQueries...)
	t.pending = &pgx.Batch{}
	return batch
}

// flush sends the pending statements.
func (t *tx) flush() error {
	batch := t.take()
	if batch.Len() == 0 {
		return nil
	}
	return t.conn.SendBatch(t.context, batch).Close()
}

// commit sends the pending statements and the end of the transaction in one message. If any of
// them fails, the server does not come to the end.
func (t *tx) commit() error {
	t.send(`commit`)
	return t.flush()
}

// send runs a statement at some time before the next that returns something.
func (t *tx) send(statement string, args ...any) *pgx.QueuedQuery {
	statement, args = bind(statement, args)
	return t.pending.Queue(statement, args...)
}

// Read runs a query at once, in one message with the pending statements. It makes the
// transaction a source.
func (t *tx) Read(ctx context.Context, rows func(records.Rows) error, query string, args ...any) error {
	return queries{t}.Read(ctx, rows, query, args...)
}

// Query makes the transaction a querier.
func (t *tx) Query(ctx context.Context, query string, args ...any) (pgx.Rows, error) {
	results, err := t.sendWith(ctx, query, args)
	if err != nil {
		return nil, err
	}
	rows, err := results.Query()
	if err != nil {
		return nil, errors.Join(err, results.Close())
	}
	return lastRows{rows, results}, nil
}

// exec runs a statement at once and returns how many rows it changed.
func (t *tx) exec(statement string, args ...any) (int64, error) {
	statement, args = bind(statement, args)
	results, err := t.sendWith(t.context, statement, args)
	if err != nil {
		return 0, err
	}
	done, err := results.Exec()
	return done.RowsAffected(), cmp.Or(err, results.Close())
}

// sendWith sends the pending statements and one more, whose result is the next to be read.
func (t *tx) sendWith(ctx context.Context, statement string, args []any) (pgx.BatchResults, error) {
	batch := t.take()
	before := batch.QueuedQueries
	batch.Queue(statement, args...)
	results := t.conn.SendBatch(ctx, batch)
	for _, query := range before {
		read := query.Fn
		if read == nil {
			read = func(results pgx.BatchResults) error { _, err := results.Exec(); return err }
		}
		if err := read(results); err != nil {
			_ = results.Close() // whose error is the same
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
	_ = r.batch.Close() // whose error is that of the rows
}

// must runs a statement at once and returns storage.ErrNotFound if it changed no row.
func (t *tx) must(statement string, args ...any) error {
	changed, err := t.exec(statement, args...)
	if err == nil && changed == 0 {
		return storage.ErrNotFound
	}
	return err
}

// newID assigns the next ID: microseconds since 1970, or the last ID plus one if that is
// greater.
func (t *tx) newID() (storage.ID, error) {
	if !t.ordered {
		return 0, errUnordered
	}
	t.last = max(t.last+1, storage.ID(t.now.UnixMicro()))
	return t.last, nil
}

var errUnordered = errors.New("an ID was to be assigned by a writer that does not wait for its turn")

// stamp returns the transaction's time with the precision of the database.
func (t *tx) stamp() time.Time { return time.UnixMicro(t.now.UnixMicro()).UTC() }

// jobs collects what a transaction has to tell Jobs.
type jobs struct {
	queued, missed []storage.Delivery
	due, cancelled []storage.ID
	finished       []Finished
}

func (j *jobs) tell(t *tx) {
	to := t.database.jobs
	if to == nil {
		return
	}
	tell(t, j.queued, to.Queued)
	tell(t, j.due, to.Due)
	tell(t, j.cancelled, to.Cancelled)
	tell(t, j.missed, to.Missed)
	tell(t, j.finished, to.Finished)
}

func tell[T any](t *tx, what []T, hear func(*pgx.Batch, []T)) {
	if len(what) > 0 {
		hear(t.pending, what)
	}
}
