package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"backchannel/cmd/backchannel/internal/leader"
	"backchannel/engine"
	"backchannel/receiver"
	"backchannel/storage"
	"backchannel/storage/postgres"
	"backchannel/storage/sqlite"
)

// A wholeStore is the union of the parts of a store that the commands use. Each group of commands
// declares its part beside its session type, so that one sees at a glance what it may change.
type wholeStore interface {
	consoleStore
	processStore
	webhookStore
	campaignStore
	fireStore
	fixtureStore
	deliveryStore
	executeStore
	executionStore
	messageStore
	receiptStore
	profileStore
	expectStore
	checkStore
	doctorStore
	completionStore
	copyStore
}

// An openStore is a whole store that must be closed.
type openStore interface {
	wholeStore
	io.Closer
	// CA returns the local authority, and creates it if needed.
	CA(context.Context) (*receiver.CA, error)
}

// A storePlace is the location of a store: a database, or if that is empty, a data folder.
type storePlace struct {
	database string // its URL
	keyFile  string // of the database
	folder   string
}

// place returns the location of this session's store.
func (s *settings) place() storePlace {
	return storePlace{s.database, s.keyFile, s.data}
}

// An opener opens stores, and writes notes and warnings about that.
type opener struct {
	*stdio
	now    func() time.Time
	rules  storage.Rules
	folder string // the data folder of this process
}

// opener returns an opener that writes to the outputs of the session.
func (s *session) opener() opener { return opener{&s.stdio, s.now, s.rules(), s.settings.data} }

// open opens the store at a location, and creates it if needed. Activities say that changes were
// made by: "in the console".
func (o opener) open(ctx context.Context, at storePlace, by string) (openStore, error) {
	if at.database != "" {
		return o.openDatabase(ctx, postgres.Open, at, by)
	}
	return o.openFolder(ctx, at.folder, by)
}

// peek opens the store at a location for reading only. It creates and changes nothing.
func (o opener) peek(ctx context.Context, at storePlace) (openStore, error) {
	if at.database != "" {
		return o.openDatabase(ctx, postgres.Peek, at, "")
	}
	store, err := sqlite.Peek(ctx, sqlite.Options{Dir: at.folder, Version: programVersion()})
	if err != nil {
		return nil, err
	}
	return folderStore{store, o.now}, nil
}

// A folderStore is the SQLite store of a data folder.
type folderStore struct {
	*sqlite.Store
	now func() time.Time
}

// CA returns the authority in the folder.
func (s folderStore) CA(context.Context) (*receiver.CA, error) { return folderCA(s.Dir(), s.now()) }

// NewEngine returns the engine of the only process that delivers for the folder.
func (s folderStore) NewEngine(cfg engine.Config) (leader.Engine, error) {
	return engine.New(s.Store, cfg), nil
}

// Exposures returns which files other users could read when the store was opened.
func (s folderStore) Exposures() (texts []string) {
	for _, e := range s.Exposed() {
		texts = append(texts, e.String())
	}
	return texts
}

// Server returns false, because a data folder has no server.
func (folderStore) Server(context.Context) (server storage.Server, shared bool, err error) {
	return server, false, nil
}

// openFolder opens the store of a data folder, and warns of files that other users could read.
func (o opener) openFolder(ctx context.Context, dir, by string) (openStore, error) {
	store, err := sqlite.Open(ctx, sqlite.Options{Dir: dir, Now: o.now, Version: programVersion(), Rules: o.rules, By: by})
	if err != nil {
		return nil, err
	}
	for _, e := range store.Exposed() {
		if e.Notable() {
			o.warning(e.String())
		}
	}
	return folderStore{store, o.now}, nil
}

// hasStore reports whether there is a store in a folder.
func hasStore(dir string) bool { return sqlite.Exists(dir) }

// withWholeStore calls a function with the store of this session. It waits while the database is
// unavailable, until ctx is done. Activities say that changes were made by.
func (s *session) withWholeStore(ctx context.Context, by string, run func(wholeStore) error) error {
	err := s.withOpened(func() (openStore, error) { return s.opener().openRetrying(ctx, s.settings.place(), by) }, run)
	if errors.Is(err, errStoppedWaiting) {
		return nil
	}
	return err
}

// onCommandLine is where activities say that commands made their changes.
const onCommandLine = "on the command line"

// withStore is like withWholeStore, but does not wait, because a command must fail soon if the
// database is unavailable.
func (s *session) withStore(ctx context.Context, run func(wholeStore) error) error {
	return s.withOpened(func() (openStore, error) { return s.opener().open(ctx, s.settings.place(), onCommandLine) }, run)
}

// withOpened calls a function with a store that open opens, and closes it afterwards. A command
// within a session of lines uses the store of that session.
func (s *session) withOpened(open func() (openStore, error), run func(wholeStore) error) (err error) {
	if s.open != nil {
		return run(s.open)
	}
	if err := s.settings.makeDataFolder(); err != nil {
		return err
	}
	// The folder is created first, also for a database: it holds the log, and the key unless --key-file
	// names another file.
	store, err := open()
	if err != nil {
		return err
	}
	defer closeStore(store, &err)
	// Restored and not cleared, because a command with a store open may use withStore again.
	defer func(before openStore) { s.opened = before }(s.opened)
	s.opened = store
	if shared, ok := store.(databaseStore); ok {
		s.now = shared.Now // several machines have to agree on what is due
	}
	return run(store)
}

// closeStore closes a store. If that fails and *err is nil, it sets *err.
func closeStore(store io.Closer, err *error) {
	if closing := store.Close(); *err == nil && closing != nil {
		*err = fmt.Errorf("close the store: %w", closing)
	}
}

// peek calls a function with the store open for reading only. It creates and changes nothing, and
// waits for nothing.
func (s *session) peek(ctx context.Context, read func(completionStore) error) error {
	store, err := s.opener().peek(ctx, s.settings.place())
	if err != nil {
		return err
	}
	defer store.Close()
	return read(store)
}

// makeDataFolder creates the data folder, with access for its owner only.
func (s *settings) makeDataFolder() error {
	err := os.MkdirAll(s.data, 0o700)
	var at *fs.PathError
	if errors.As(err, &at) {
		return fmt.Errorf("make data folder %s: %w; choose another with --data DIR", s.data, at.Err)
	}
	return err
}
