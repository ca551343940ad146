package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"backchannel/storage"
)

const (
	maxBatch = 256         // operations in one transaction
	fitEvery = time.Second // minimum interval between calls of fitLog that do anything
)

// A writer runs operations one after another on one connection, and commits those that
// wait together.
type writer struct {
	db   *sql.DB
	conn *sql.Conn
	lock *fairLock
	now  func() time.Time
	hub  *hub
	path string

	pageSize int64

	ops           chan *operation
	pauses        chan (<-chan struct{}) // nothing is committed until the received channel is closed
	watched       chan struct{}          // closed once the commits of other processes matter
	startWatching func()                 // closes watched
	stopped       chan struct{}          // closed when the goroutine has ended
	lastVersion   int64                  // the last data_version, which only other processes' commits change
	facets        map[facet]int64
	levels        levels
	place         *placement
	failed        failures // as committed
	stepper       stepper
	fitted        time.Time // when the log was last fitted to the free space
	maxLogPages   int64     // pages that the log may have
	pool          sync.Pool // of operations

	mu     sync.RWMutex // guards closed, and sending on ops against closing it
	closed bool
}

// An operation is work for the writer, for which a caller waits.
type operation struct {
	ctx   context.Context
	kinds storage.Change
	work  func(*tx) error
	done  chan outcome
	// anyway makes the writer do the work even if the database's files are not in place.
	anyway bool
}

// An outcome is the result of an operation. A panic is passed on to the caller of do.
type outcome struct {
	err      error
	panicked any
}

func startWriter(o Options, db *sql.DB, h *hub) (*writer, error) {
	conn, err := db.Conn(context.Background())
	if err != nil {
		return nil, err
	}
	stepper, err := newStepper(conn)
	if err != nil {
		return nil, err
	}
	lock, err := openFairLock(o.Dir)
	if err != nil {
		return nil, err
	}
	w := &writer{
		db: db, conn: conn, lock: lock, now: o.Now, hub: h, path: filepath.Join(o.Dir, databaseFile),
		ops: make(chan *operation, maxBatch), pauses: make(chan (<-chan struct{})),
		watched: make(chan struct{}), stopped: make(chan struct{}), facets: map[facet]int64{}, failed: failures{}, stepper: stepper, maxLogPages: checkpointPages,
	}
	w.startWatching = sync.OnceFunc(func() { close(w.watched) })
	w.pool.New = func() any { return &operation{done: make(chan outcome, 1)} }
	w.lastVersion, _ = w.dataVersion()
	if err := conn.QueryRowContext(context.Background(), `PRAGMA page_size`).Scan(&w.pageSize); err != nil {
		lock.close()
		return nil, err
	}
	if w.place, err = placementOf(w.path); err != nil {
		lock.close()
		return nil, err
	}
	w.fitLog()
	go w.loop()
	return w, nil
}

// do runs work in a transaction and waits for its commit. If ctx is done before work
// begins, it does not run; from then on do returns the result of the commit.
func (w *writer) do(ctx context.Context, kinds storage.Change, work func(*tx) error) error {
	op := w.pool.Get().(*operation)
	op.ctx, op.kinds, op.work = ctx, kinds, work
	if err := w.enqueue(op); err != nil {
		return err
	}
	result := <-op.done
	op.ctx, op.work = nil, nil
	w.pool.Put(op)
	if result.panicked != nil {
		panic(result.panicked)
	}
	return result.err
}

func (w *writer) enqueue(op *operation) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return storage.ErrClosed
	}
	select {
	case w.ops <- op:
		return nil
	case <-op.ctx.Done():
		return op.ctx.Err()
	}
}

// close finishes the accepted operations, then closes the database. If its log was cut off,
// the connection stays open until the process ends, because SQLite would copy the rest of
// the log into the database.
func (w *writer) close() error {
	w.mu.Lock()
	w.closed = true
	close(w.ops)
	w.mu.Unlock()
	<-w.stopped
	if errors.Is(w.look(), errCut) {
		return errors.Join(w.db.Close(), w.lock.close())
	}
	return errors.Join(w.stepper.close(), w.conn.Close(), w.db.Close(), w.lock.close())
}

func (w *writer) loop() {
	defer close(w.stopped)
	lookout := newLookout()
	defer lookout.end()
	watched := w.watched
	for {
		select {
		case op, open := <-w.ops:
			if !open {
				return
			}
			w.commitAll(w.collectBatch(op))
		case until := <-w.pauses:
			<-until
		case <-watched:
			watched = nil
			lookout.begin(w.path)
		case <-lookout.notices():
			if lookout.noticed(time.Now()) {
				w.lookAround()
			}
		case <-lookout.lost():
			lookout.abandon()
		case <-lookout.looking.C:
			lookout.looked(time.Now(), w.lookAround())
		}
	}
}

// collectBatch returns the first operation and those waiting after it, without those whose
// context is done. As long as more arrive, it yields to goroutines that are about to add
// one, because a commit of many costs nearly the same as a commit of one. A single caller
// does not wait.
func (w *writer) collectBatch(first *operation) []*operation {
	batch := w.take(make([]*operation, 0, maxBatch/4), first)
	for had := 0; len(batch) > had+1 && len(batch) < maxBatch; {
		had = len(batch)
		runtime.Gosched()
		batch = w.take(batch, w.next())
	}
	return batch
}

// take adds an operation, and those waiting after it, to a batch.
func (w *writer) take(batch []*operation, op *operation) []*operation {
	for ; op != nil; op = w.next() {
		if err := op.ctx.Err(); err != nil {
			op.done <- outcome{err: err}
			continue
		}
		batch = append(batch, op)
		if len(batch) == maxBatch {
			break
		}
	}
	return batch
}

// next returns the next waiting operation, or nil.
func (w *writer) next() *operation {
	select {
	case op := <-w.ops: // nil when closed
		return op
	default:
		return nil
	}
}

// commitAll runs operations in one transaction. If any of them fails, each runs again in a
// transaction of its own, so that one failure does not affect the others.
func (w *writer) commitAll(batch []*operation) {
	if len(batch) == 0 {
		return
	}
	result := w.commit(batch)
	if len(batch) > 1 && (result.err != nil || result.panicked != nil) {
		for _, op := range batch {
			w.commitAll([]*operation{op})
		}
		return
	}
	for _, op := range batch {
		op.done <- result
	}
}

// run runs operations in one transaction, unless what they change would be lost. That is
// made sure of before anybody is told that it is kept.
func (w *writer) run(batch []*operation) (*tx, outcome) {
	t := &tx{writer: w, now: w.now(), failed: failures{}}
	if batch[0].anyway {
		return t, t.run(batch)
	}
	if err := w.look(); err != nil {
		return t, outcome{err: err}
	}
	result := t.run(batch)
	if result.err == nil && result.panicked == nil {
		result.err = w.look()
	}
	return t, result
}

// commit runs operations in one transaction, in this writer's turn.
func (w *writer) commit(batch []*operation) outcome {
	if err := w.lock.acquire(); err != nil {
		return outcome{err: err}
	}
	t, result := w.run(batch)
	if errors.Is(result.err, storage.ErrDiskFull) && w.truncateLog() {
		t, result = w.run(batch)
	}
	if batch[0].anyway {
		w.truncateLog() // copies the log while the database is still there
	}
	err := w.lock.release()
	w.fitLog()
	if errors.Is(result.err, storage.ErrGone) {
		w.checkPlace()
	}
	if result.err == nil && result.panicked == nil {
		maps.Copy(w.failed, t.failed)
		w.hub.publish(t.kinds)
		result.err = err
	}
	return result
}

// lookAround checks that the files are in place. It publishes a change of everything if
// another process has committed, and reports whether one has.
func (w *writer) lookAround() bool {
	w.checkPlace()
	version, err := w.dataVersion()
	if err != nil || version == w.lastVersion {
		return false
	}
	w.lastVersion = version
	w.hub.publish(storage.ChangedAll)
	return true
}

func (w *writer) dataVersion() (version int64, err error) {
	err = w.conn.QueryRowContext(context.Background(), `PRAGMA data_version`).Scan(&version)
	return version, err
}

// explain adds the file's name to a write error.
func (w *writer) explain(err error) error {
	return fmt.Errorf("write %s: %w", w.path, classify(err))
}
