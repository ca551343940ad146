// Package sqlite stores the records of package storage in one SQLite database, which
// several processes may share. Start with [Open].
//
// Every writing method returns after its commit has reached the disk. One goroutine writes,
// and commits all waiting writes together. Reads use a separate pool of connections and
// never wait for a writer. [Store.Changes] notifies of changes in this or another process.
//
// The package makes no decisions: its callers decide when a delivery is attempted and how a
// receipt is judged. It exposes neither transactions nor SQL, and needs a Unix system.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"sync"
	"time"

	"backchannel/storage"
	"backchannel/storage/commit"
	"backchannel/storage/records"
	"backchannel/storage/seal"
)

// Options configures a store. Only Dir is required.
type Options struct {
	Dir     string           // the data folder, created with mode 0700 if absent
	Now     func() time.Time // nil: time.Now
	Version string           // of the program, for messages
	Rules   storage.Rules    // for validating webhooks; zero Sources: the system's
	By      string           // who makes changes, for activities: "in the console"
	// Scratch is for a test whose subject is neither durability nor other processes: no other
	// process uses the folder, and its content need not survive a crash of the machine. Then
	// Changes does not look for what others commit, and no commit waits for the disk.
	Scratch bool
}

// A Store stores records, with a part for each subject. Its methods are safe for concurrent
// use.
//
// A new subject gets a part of its own: a type that embeds the shared database, in the file
// of its records, embedded here. The methods that another database has to offer too are an
// interface in package storetest, with tests that both have to pass.
type Store struct {
	records.Inventory
	DeliveryStore
	QueueStore
	records.ReceiptStore
	records.ExecutionStore
	records.CheckStore
	records.ActivityStore
	LeaderStore
	Maintenance

	*database
	dir   string
	hub   *commit.Hub
	use   *os.File // locked while this store is open
	close func() error

	exposed []Exposure // found by Open
}

// A database is what the parts of a store share.
type database struct {
	reads  *sql.DB // never wait for a writer
	writer *writer // nil if opened by Peek
	seals  *seal.Sealer
	by     string // who makes changes, with a space before it, or empty
}

// Dir returns the data folder.
func (s *Store) Dir() string { return s.dir }

// Close finishes the writes in progress and closes the database. Later calls return
// storage.ErrClosed.
func (s *Store) Close() error { return s.close() }

// shut closes everything. The writer's connection is closed after the readers', because the
// last connection copies the log into the database, and a reader cannot do that.
func (s *Store) shut() error {
	err := errors.Join(s.reads.Close(), s.writer.close())
	s.hub.Close()
	return errors.Join(err, s.use.Close())
}

func withDefaults(o Options) Options {
	if o.Version == "" {
		o.Version = "(unknown version)"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// write runs work in a transaction, possibly together with other work, and returns after
// the commit. work may run more than once, so it must set its results anew each time.
func (d *database) write(ctx context.Context, kinds storage.Change, work func(*tx) error) error {
	return d.writer.queue.Do(ctx, kinds, work)
}

func newStore(o Options, db *database, h *commit.Hub) *Store {
	if o.By != "" {
		db.by = " " + o.By
	}
	shared := db.shared()
	s := &Store{
		Inventory:      records.NewInventory(shared, o.Rules),
		DeliveryStore:  DeliveryStore{records.NewDeliveryStore(shared), db},
		QueueStore:     QueueStore{records.NewQueueStore(shared), db},
		ReceiptStore:   records.NewReceiptStore(shared),
		ExecutionStore: records.NewExecutionStore(shared),
		CheckStore:     records.NewCheckStore(shared),
		ActivityStore:  records.NewActivityStore(shared),
		LeaderStore:    LeaderStore{db, o.Dir},
		Maintenance:    Maintenance{records.NewMaintenance(shared), db},
		database:       db, dir: o.Dir, hub: h,
	}
	s.close = sync.OnceValue(s.shut)
	return s
}

// Changes returns a channel of the kinds of records that changed. It is closed when ctx is
// done or the store is closed. Changes made through this store are sent as soon as they
// are committed, those of other processes within 50 ms. Polling for these begins with the
// first subscriber, so that a short command does none.
func (s *Store) Changes(ctx context.Context) <-chan storage.Change {
	defer s.writer.startPolling()
	return s.hub.Subscribe(ctx)
}
