// Package sqlite keeps the records of package storage in one SQLite database, which
// several processes may share. Start with [Open].
//
// Every writing method returns after its commit has reached the disk. One goroutine
// writes: it commits together whatever waits. Reads go through a pool beside it and never
// wait for a writer. [Store.Changes] hints at what changed, here or in another process.
//
// The package decides nothing: when a delivery is attempted and how a receipt is judged is
// for others to say. It hands out no transactions and no SQL, and needs a Unix system.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"sync"
	"time"

	"backchannel/storage"
)

// Options say where a store is and what it goes by.
type Options struct {
	Dir     string           // the data folder, made with mode 0700 when absent
	Now     func() time.Time // nil: time.Now
	Version string           // of the program, for messages
	Rules   storage.Rules    // by which webhooks are valid; zero Sources: the system's
	By      string           // who changes things here, as activities say it: "in the console"
}

// A Store keeps records. Its methods may be called at once from many goroutines.
type Store struct {
	dir    string
	now    func() time.Time
	rules  storage.Rules
	by     string // with a space before it, or empty
	reads  *sql.DB
	writer *writer
	seals  *sealer
	hub    *hub
	use    *os.File // locked while this store is open
	close  func() error

	exposed []Exposure // when it was opened
}

// Dir is the data folder.
func (s *Store) Dir() string { return s.dir }

// Close finishes the writes that are under way and closes the database. Later calls
// answer storage.ErrClosed.
func (s *Store) Close() error { return s.close() }

// shut closes everything once; the writer's connection after the readers', since the last
// one folds the log into the database, if it may write.
func (s *Store) shut() error {
	err := errors.Join(s.reads.Close(), s.writer.close())
	s.hub.close()
	return errors.Join(err, s.use.Close())
}

func withDefaults(o Options) Options {
	if o.Version == "" {
		o.Version = "(unknown version)"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	system := storage.SystemSources()
	if o.Rules.Sources.Env == nil {
		o.Rules.Sources.Env = system.Env
	}
	if o.Rules.Sources.ReadFile == nil {
		o.Rules.Sources.ReadFile = system.ReadFile
	}
	return o
}

// write runs work in a transaction, perhaps together with others' work, and returns after
// the commit. work may run more than once, so it must set its results anew each time.
func (s *Store) write(ctx context.Context, kinds storage.Change, work func(*tx) error) error {
	return s.writer.do(ctx, kinds, work)
}

func newStore(o Options, reads *sql.DB, w *writer, seals *sealer, h *hub) *Store {
	s := &Store{dir: o.Dir, now: o.Now, rules: o.Rules, reads: reads, writer: w, seals: seals, hub: h}
	if o.By != "" {
		s.by = " " + o.By
	}
	s.close = sync.OnceValue(s.shut)
	return s
}
