package postgres

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"

	"backchannel/storage"
	"backchannel/storage/column"
	"backchannel/storage/commit"
	"backchannel/storage/records"
)

const (
	// patience is how long an operation waits for a server that is away before it fails.
	patience = 5 * time.Second
	// firstPause is the time before the first repetition; it doubles.
	firstPause = 5 * time.Millisecond
	// slots is the number of rows into which each counter is divided, so that writers need not wait
	// for each other's counts. A writer picks one at random; two that share one still work.
	slots = 32
)

// An operation is work in a transaction of a writer.
type operation = commit.Operation[*tx]

// A writer runs operations one after another and commits those that are waiting together, because a
// commit waits for the server's disk and perhaps for a standby's.
type writer struct {
	*database
	id      int64 // in table writers
	number  int64 // of the last transaction
	slot    int
	ordered bool // its transactions may assign IDs
	queue   *commit.Queue[*tx]
	stopped chan struct{} // closed when the goroutine has ended

	facets records.Facets // a cache of IDs
	// targets is a cache of what enqueueing needs of webhooks, valid for targetsVersion.
	targets        map[storage.ID]column.Target
	targetsVersion int64
	runs           map[storage.ID]column.Run // as committed
}

func startWriter(db *database, slot int, ordered bool) *writer {
	w := &writer{
		database: db, id: rand.Int64(), slot: slot, ordered: ordered, queue: commit.NewQueue[*tx](), stopped: make(chan struct{}),
		facets: records.Facets{}, targets: map[storage.ID]column.Target{}, runs: map[storage.ID]column.Run{},
	}
	go w.loop()
	return w
}

// loop is the writer's goroutine. It ends when the queue is closed and empty.
func (w *writer) loop() {
	defer close(w.stopped)
	for op := range w.queue.Waiting {
		commit.All(w.queue.Batch(op), w.commit)
	}
}

func (w *writer) close() {
	w.queue.Close()
	<-w.stopped
}

// commit runs operations in one transaction. It repeats the transaction, for as long as patience
// lasts, if the server was away or another transaction was in conflict. It does not use a caller's
// context, because pgx closes a connection whose context is cancelled.
func (w *writer) commit(batch []*operation) commit.Outcome {
	w.gate.RLock()
	defer w.gate.RUnlock()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for pause := firstPause; ; pause *= 2 {
		t, result := w.run(ctx, batch)
		if !result.Failed() {
			t.Runs.Keep()
			w.hub.Publish(t.Kinds)
			w.notice.add(t.Kinds &^ atCommit)
			return result
		}
		clear(w.facets) // those that the transaction stored are gone
		clear(w.targets)
		if !transient(result.Err) || !storage.Sleep(ctx, pause) {
			result.Common = away(result.Err) || errors.Is(result.Err, errUnknown)
			result.Err = w.place.explain(result.Err)
			return result
		}
	}
}

// run runs operations in one transaction.
func (w *writer) run(ctx context.Context, batch []*operation) (t *tx, result commit.Outcome) {
	conn, err := w.pool.Acquire(ctx)
	if err != nil {
		return nil, commit.Outcome{Err: err}
	}
	defer conn.Release()
	w.number++
	t = newTx(ctx, w, conn.Conn())
	defer func() { t.jobs.ended(!result.Failed()) }()
	if result = t.run(batch); result.Failed() {
		rollback(ctx, t.conn)
		return t, result
	}
	switch err = t.pipeline.commit(); {
	case unknown(err):
		err = w.lookUp(err)
	case err != nil:
		rollback(ctx, t.conn)
	}
	return t, commit.Outcome{Err: err}
}

// lookUp finds out whether the last transaction was committed although its commit returned an
// error. The connection can be lost while the server is committing; the transaction then still
// locks its row of table writers, and lookUp waits for that. It has a full patience of its own,
// because a caller that gets errUnknown must find out by hand.
func (w *writer) lookUp(lost error) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for pause := firstPause; ; pause *= 2 {
		done, err := records.First(ctx, queries{w.pool}, records.One[int64], `INSERT INTO writers VALUES (?, 0, now())
			ON CONFLICT (id) DO UPDATE SET seen = excluded.seen RETURNING done`, w.id)
		switch {
		case err == nil && done == w.number:
			return nil
		case err == nil:
			return errAborted{lost}
		case !transient(err) || !storage.Sleep(ctx, pause):
			return errors.Join(errUnknown, lost)
		}
	}
}

// forgetWriters removes the rows of this process's writers. Retention removes those of a process
// that was killed.
func (d *database) forgetWriters() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, _ = d.pool.Exec(ctx, `DELETE FROM writers WHERE id IN ($1, $2)`, d.ordered.id, d.loose.id)
}

// rollback ends a transaction that has failed, if it has begun.
func rollback(ctx context.Context, conn *pgx.Conn) {
	if conn.IsClosed() || conn.PgConn().TxStatus() == idle {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_, _ = conn.Exec(ctx, `rollback`) // if this fails, the pool closes the connection, which ends the transaction
}

// idle is the status of a connection without a transaction.
const idle = 'I'
