package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"backchannel/storage"
	"backchannel/storage/commit"
	"backchannel/storage/records"
)

// A tx is a writer's current transaction. A record with rules or counters of its own has a type
// for its rows, such as deliveryRows, which the transaction holds; other statements are run where
// they are needed.
type tx struct {
	*writer
	*pipeline
	records.Base
	last  storage.ID // the last ID assigned, by any transaction
	began storage.ID // last at the beginning

	deliveries deliveryRows
	messages   messageRows
	jobs       jobs
}

func newTx(ctx context.Context, w *writer, conn *pgx.Conn) *tx {
	t := &tx{writer: w, Base: records.Start(w.now(), w.runs, w.facets)}
	if w.ordered { // no webhook can change meanwhile
		t.Targets = w.targets
	}
	t.pipeline = &pipeline{ctx: ctx, conn: conn, opening: &pgx.Batch{}, pending: &pgx.Batch{}, first: &t.deliveries}
	t.deliveries.tx, t.messages.tx = t, t
	return t
}

// run does the work of all operations, but does not commit.
func (t *tx) run(batch []*operation) (result commit.Outcome) {
	defer func() { result.Panicked = recover() }()
	if err := t.begin(); err != nil {
		return commit.Outcome{Err: err}
	}
	for _, op := range batch {
		if err := op.Work(t); err != nil {
			return commit.Outcome{Err: err}
		}
		t.Kinds |= op.Kinds
	}
	return commit.Outcome{Err: t.end()}
}

// byIndexes makes the server look up each row by an index. It plans a statement once, when the
// tables are nearly empty, and would read all of a table of a million rows later.
const byIndexes = `SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)`

// begin records the transaction's number, by which lookUp recognizes it, and takes the turn of an
// ordered transaction.
func (t *tx) begin() (err error) {
	t.opening.Queue(`begin`)
	t.opening.Queue(byIndexes)
	t.opening.Queue(`INSERT INTO writers VALUES ($1, $2, now()) ON CONFLICT (id) DO UPDATE SET done = excluded.done, seen = excluded.seen`, t.id, t.number)
	if t.ordered {
		err = t.takeTurn()
	}
	return err
}

// takeTurn locks the row that serializes ordered transactions. If any process has changed a webhook
// since, it clears the writer's cache of targets.
func (t *tx) takeTurn() error {
	known, err := records.First(t.Context(), t, scanTurn, `SELECT last_id, webhooks_version FROM store FOR UPDATE`)
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

// WebhooksChanged makes every writer clear its cache of targets.
func (t *tx) WebhooksChanged() {
	clear(t.targets)
	t.send(`UPDATE store SET webhooks_version = webhooks_version + 1`)
}

// end adds the last statements before the commit. The counters come last, because a writer that
// shares the slot waits for their rows.
func (t *tx) end() error {
	if err := t.settle(); err != nil {
		return err
	}
	t.jobs.notify(t)
	if kinds := t.Kinds & atCommit; kinds != 0 {
		t.send(`SELECT pg_notify(?, ?)`, channel, t.notification(kinds))
	}
	t.deliveries.saveCounts()
	saveTallies(t, t.deliveries.tallies)
	t.messages.saveCounts()
	t.saveReceipts()
	if t.last != t.began {
		t.send(`UPDATE store SET last_id = ?`, t.last)
	}
	return nil
}

// NewID assigns the next ID: microseconds since 1970, or the last ID plus one if that is
// greater.
func (t *tx) NewID() (storage.ID, error) {
	if !t.ordered {
		return 0, errUnordered
	}
	t.last = max(t.last+1, storage.ID(t.Now.UnixMicro()))
	return t.last, nil
}

var errUnordered = errors.New("an ID can be assigned only in an ordered transaction")

// jobs collects the arguments of the methods of Jobs during a transaction.
type jobs struct {
	queued         []Queued
	missed         []storage.Delivery
	due, cancelled []storage.ID
	finished       []Finished
	ending         Ending
}

func (j *jobs) notify(t *tx) {
	to := t.database.jobs
	if to == nil {
		return
	}
	notify(t, j.queued, to.Queued)
	notify(t, j.due, to.Due)
	notify(t, j.cancelled, to.Cancelled)
	notify(t, j.missed, to.Missed)
	notify(t, j.finished, to.Finished)
}

func notify[T any](t *tx, what []T, hear func(*Ending, []T)) {
	if len(what) > 0 {
		t.jobs.ending.Batch = t.pending
		hear(&t.jobs.ending, what)
	}
}

// ended calls the functions registered with Ending.Then.
func (j *jobs) ended(committed bool) {
	for _, hear := range j.ending.then {
		hear(committed)
	}
}

// saveReceipts adds to the stored number of receipts and to their size.
func (t *tx) saveReceipts() {
	if t.Receipts != 0 || t.ReceiptBytes != 0 {
		t.send(`INSERT INTO receipt_counts AS c VALUES (?, ?, ?) ON CONFLICT (slot) DO UPDATE SET n = c.n + excluded.n, bytes = c.bytes + excluded.bytes`,
			t.slot, t.Receipts, t.ReceiptBytes)
	}
}

// Reserve keeps an ID from being assigned.
func (t *tx) Reserve(id storage.ID) error {
	t.last = max(t.last, id)
	return nil
}
