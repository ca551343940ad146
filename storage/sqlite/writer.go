package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"

	"backchannel/storage"
	"backchannel/storage/column"
	"backchannel/storage/commit"
	"backchannel/storage/records"
)

// A writer runs operations one after another on one connection, and commits those that wait
// together. SQLite has one write lock, and a commit waits for the disk: callers with a
// transaction each would wait for the lock, and for the disk in turn.
type writer struct {
	db   *sql.DB
	path string
	lock *fairLock
	now  func() time.Time
	hub  *commit.Hub

	queue        *commit.Queue[*tx]
	pauses       chan (<-chan struct{}) // nothing is committed until the received channel is closed
	polled       chan struct{}          // closed once the commits of other processes matter
	startPolling func()                 // closes polled
	stopped      chan struct{}          // closed when the goroutine has ended

	// The fields below belong to the goroutine.

	statements
	log         *walFile
	files       *openFiles
	lastVersion int64 // the last data_version, which only other processes' commits change
	facets      records.Facets
	messages    messageIndex
	runs        map[storage.ID]column.Run // as committed
}

func startWriter(o Options, db *sql.DB, h *commit.Hub) (*writer, error) {
	conn, err := db.Conn(context.Background())
	if err != nil {
		return nil, err
	}
	raw, err := newRawStatements(conn)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(o.Dir, databaseFile)
	log, err := newWALFile(path, statements{conn, raw}, o.Now)
	if err != nil {
		return nil, err
	}
	files, err := findFiles(path)
	if err != nil {
		return nil, err
	}
	lock, err := openFairLock(o.Dir)
	if err != nil {
		return nil, err
	}
	if files.log, err = os.Open(path + logSuffix); err != nil {
		return nil, errors.Join(err, lock.close())
	}
	w := &writer{
		db: db, path: path, lock: lock, now: o.Now, hub: h, queue: commit.NewQueue[*tx](),
		pauses: make(chan (<-chan struct{})), polled: make(chan struct{}), stopped: make(chan struct{}),
		statements: statements{conn, raw}, log: log, files: files,
		facets: records.Facets{}, messages: messageIndex{raw: raw}, runs: map[storage.ID]column.Run{},
	}
	w.startPolling = sync.OnceFunc(func() {
		if !o.Scratch {
			close(w.polled)
		}
	})
	w.lastVersion, _ = w.dataVersion()
	log.fit()
	go w.loop()
	return w, nil
}

// close finishes the accepted operations, then closes the database. If its log was cut off,
// the connection stays open until the process ends, because SQLite would copy the rest of
// the log into the database.
func (w *writer) close() error {
	w.queue.Close()
	<-w.stopped
	defer w.files.log.Close()
	if errors.Is(w.checkFiles(), errCut) {
		return errors.Join(w.db.Close(), w.lock.close())
	}
	return errors.Join(w.raw.close(), w.conn.Close(), w.db.Close(), w.lock.close())
}

// loop is the writer's goroutine. It ends when the queue is closed and empty.
func (w *writer) loop() {
	defer close(w.stopped)
	schedule := newPollSchedule()
	defer schedule.end()
	polled := w.polled
	for {
		select {
		case op, open := <-w.queue.Waiting:
			if !open {
				return
			}
			w.commitAll(w.queue.Batch(op))
		case until := <-w.pauses:
			<-until
		case <-polled:
			polled = nil
			schedule.begin(w.path)
		case <-schedule.notices():
			if schedule.noticed(time.Now()) {
				w.poll()
			}
		case <-schedule.lost():
			schedule.abandon()
		case <-schedule.timer.C:
			schedule.polled(time.Now(), w.poll())
		}
	}
}

// An operation is work in a transaction of this writer.
type operation = commit.Operation[*tx]

func (w *writer) commitAll(batch []*operation) { commit.All(batch, w.commit) }

// run runs operations in one transaction. If the database's files are not in place, before
// or after it, the commit would be lost, and is not reported as a success.
func (w *writer) run(batch []*operation) (*tx, commit.Outcome) {
	t := newTx(w)
	if batch[0].Anyway {
		return t, t.run(batch)
	}
	if err := w.checkFiles(); err != nil {
		return t, commit.Outcome{Err: err}
	}
	result := t.run(batch)
	if !result.Failed() {
		result.Err = w.checkFiles()
	}
	return t, result
}

// commit runs operations in one transaction, in this writer's turn. On a full disk it tries
// once more after truncating the log, which may have taken the space.
func (w *writer) commit(batch []*operation) commit.Outcome {
	if err := w.lock.acquire(); err != nil {
		return commit.Outcome{Err: err}
	}
	t, result := w.run(batch)
	if errors.Is(result.Err, storage.ErrDiskFull) && w.log.truncate() {
		t, result = w.run(batch)
	}
	if batch[0].Anyway {
		w.log.truncate() // copies the log while the database is still there
	}
	err := w.lock.release()
	w.log.fit()
	if errors.Is(result.Err, storage.ErrGone) {
		w.reportFiles()
	}
	if !result.Failed() {
		t.Runs.Keep()
		w.hub.Publish(t.Kinds)
		result.Err = err
	}
	return result
}

// poll checks that the files are in place. It publishes a change of everything if another
// process has committed, and reports whether one has.
func (w *writer) poll() bool {
	w.reportFiles()
	version, err := w.dataVersion()
	if err != nil || version == w.lastVersion {
		return false
	}
	w.lastVersion = version
	w.hub.Publish(storage.ChangedAll)
	return true
}

// dataVersion returns a number that changes with each commit of another connection.
func (w *writer) dataVersion() (version int64, err error) {
	err = w.conn.QueryRowContext(w.Context(), `PRAGMA data_version`).Scan(&version)
	return version, err
}

// checkFiles returns what is wrong with the files. Another process may truncate the log
// between reading its index and its size, so a log that seems cut off is checked twice.
func (w *writer) checkFiles() error {
	err := w.files.check(w.log.leastSize())
	if errors.Is(err, errCut) {
		err = w.files.check(w.log.leastSize())
	}
	return err
}

// reportFiles checks the files, and reports when they are no longer in place or are so
// again: in an activity, which may be readable only as long as this process lives, and to
// the function that OnLost registered.
func (w *writer) reportFiles() {
	lost := w.checkFiles()
	if !w.files.set(lost) {
		return
	}
	if !errors.Is(lost, errCut) {
		w.recordFiles(lost)
	}
	w.hub.Publish(storage.ChangedAll)
}

// recordFiles adds what happened to the files to the activities, although nothing else is
// written any more, and copies the log into the database while that is still open.
func (w *writer) recordFiles(lost error) {
	a := storage.Activity{Kind: storage.ActivityError, Text: "the database's files are in place again; events and receipts are accepted"}
	if lost != nil {
		a.Text = lost.Error()
	}
	op := commit.Alone(storage.ChangedActivity, func(t *tx) error { return records.AddActivity(t, a) })
	op.Anyway = true
	w.commitAll([]*operation{op})
}
