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
	fitEvery = time.Second // that the log is fitted to the free space
)

// A writer runs operations one after another on one connection and commits together
// those that wait.
type writer struct {
	db   *sql.DB
	conn *sql.Conn
	turn *turnstile
	now  func() time.Time
	hub  *hub
	path string

	pageSize int64

	ops     chan *operation
	holds   chan (<-chan struct{}) // nothing is committed until what comes here is closed
	watched chan struct{}          // closed once somebody wants to hear of others' commits
	heed    func()                 // closes it
	stopped chan struct{}          // closed when the goroutine has ended
	seen    int64                  // the data_version last seen: changes with others' commits alone
	facets  map[facet]int64
	levels  levels
	place   *placement
	failed  failures // as committed
	stepper stepper
	fitted  time.Time // when the log was last fitted to the free space
	most    int64     // pages that it may hold
	spare   sync.Pool // of operations

	mu     sync.RWMutex // guards closed, and sending on ops against closing it
	closed bool
}

// An operation is work that somebody waits for.
type operation struct {
	ctx   context.Context
	kinds storage.Change
	work  func(*tx) error
	done  chan outcome
	// anyway is work that is done though the database's files are not in place.
	anyway bool
}

// An outcome is what became of an operation. A panic goes back to who caused it.
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
	turn, err := openTurnstile(o.Dir)
	if err != nil {
		return nil, err
	}
	w := &writer{
		db: db, conn: conn, turn: turn, now: o.Now, hub: h, path: filepath.Join(o.Dir, databaseFile),
		ops: make(chan *operation, maxBatch), holds: make(chan (<-chan struct{})),
		watched: make(chan struct{}), stopped: make(chan struct{}), facets: map[facet]int64{}, failed: failures{}, stepper: stepper, most: checkpointPages,
	}
	w.heed = sync.OnceFunc(func() { close(w.watched) })
	w.spare.New = func() any { return &operation{done: make(chan outcome, 1)} }
	w.seen, _ = w.dataVersion()
	if err := conn.QueryRowContext(context.Background(), `PRAGMA page_size`).Scan(&w.pageSize); err != nil {
		turn.close()
		return nil, err
	}
	if w.place, err = placementOf(w.path); err != nil {
		turn.close()
		return nil, err
	}
	w.fitLog()
	go w.loop()
	return w, nil
}

// do has work run in a transaction and waits for its commit. If ctx ends before work is
// begun, it is not; after that the answer is the commit's.
func (w *writer) do(ctx context.Context, kinds storage.Change, work func(*tx) error) error {
	op := w.spare.Get().(*operation)
	op.ctx, op.kinds, op.work = ctx, kinds, work
	if err := w.enqueue(op); err != nil {
		return err
	}
	result := <-op.done
	op.ctx, op.work = nil, nil
	w.spare.Put(op)
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

// close lets what was taken on finish, then closes the database. If its log was cut that is
// left to the end of the process: SQLite would copy what is left of it into the database.
func (w *writer) close() error {
	w.mu.Lock()
	w.closed = true
	close(w.ops)
	w.mu.Unlock()
	<-w.stopped
	if errors.Is(w.look(), errCut) {
		return errors.Join(w.db.Close(), w.turn.close())
	}
	return errors.Join(w.stepper.close(), w.conn.Close(), w.db.Close(), w.turn.close())
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
			w.commitAll(w.gather(op))
		case until := <-w.holds:
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

// gather takes the operations that wait behind the first, leaving out those that nobody
// wants any more. As long as more of them keep coming, it lets whoever is about to add
// one go first: a commit costs nearly the same for many as for one. A caller who is alone
// waits for nothing.
func (w *writer) gather(first *operation) []*operation {
	batch := w.take(make([]*operation, 0, maxBatch/4), first)
	for had := 0; len(batch) > had+1 && len(batch) < maxBatch; {
		had = len(batch)
		runtime.Gosched()
		batch = w.take(batch, w.next())
	}
	return batch
}

// take adds an operation, and what waits behind it, to a batch.
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

// next is the next operation that waits, or nil.
func (w *writer) next() *operation {
	select {
	case op := <-w.ops: // nil when closed
		return op
	default:
		return nil
	}
}

// commitAll runs operations in one transaction. If any of them fails, each gets one of its
// own, so that none suffers for its neighbour.
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
	if err := w.turn.enter(); err != nil {
		return outcome{err: err}
	}
	t, result := w.run(batch)
	if errors.Is(result.err, storage.ErrDiskFull) && w.makeRoom() {
		t, result = w.run(batch)
	}
	if batch[0].anyway {
		w.makeRoom() // what the log holds belongs into the database while that is there
	}
	err := w.turn.leave()
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

// lookAround makes sure that the files are in place. It hints at everything when another
// process has committed, and reports that.
func (w *writer) lookAround() bool {
	w.checkPlace()
	version, err := w.dataVersion()
	if err != nil || version == w.seen {
		return false
	}
	w.seen = version
	w.hub.publish(storage.ChangedAll)
	return true
}

func (w *writer) dataVersion() (version int64, err error) {
	err = w.conn.QueryRowContext(context.Background(), `PRAGMA data_version`).Scan(&version)
	return version, err
}

// explain adds the file's name to why it could not be written.
func (w *writer) explain(err error) error {
	return fmt.Errorf("write %s: %w", w.path, classify(err))
}
