package main

import (
	"context"
	"errors"
	"os/user"
	"time"

	"backchannel/cmd/backchannel/internal/leader"
	"backchannel/engine"
	"backchannel/engine/river"
	"backchannel/receiver"
	"backchannel/storage"
	"backchannel/storage/postgres"
)

// A databaseStore is the store of a database that several machines share.
type databaseStore struct {
	*postgres.Store
	jobs   *river.Jobs
	folder string // the data folder of this process
	now    func() time.Time
}

// CA returns the authority that all receivers share.
func (s databaseStore) CA(ctx context.Context) (*receiver.CA, error) {
	return receiver.SharedCA(ctx, s.Store, s.folder, s.now())
}

// NewEngine returns an engine that shares the work with those of other nodes.
func (s databaseStore) NewEngine(cfg engine.Config) (leader.Engine, error) {
	return river.New(s.Store, s.jobs, cfg)
}

// Server returns what is known about the server, and true.
func (s databaseStore) Server(ctx context.Context) (storage.Server, bool, error) {
	server, err := s.Store.Server(ctx)
	return server, true, err
}

// Exposures returns nothing, because this process cannot tell who can read the files of a database.
func (databaseStore) Exposures() []string { return nil }

// checkDatabaseURL returns what is wrong with the URL of a database, without its password, or nil.
func checkDatabaseURL(text string) error { return postgres.CheckURL(text) }

// openDatabase opens a database with a function of package postgres. The folder of the key file
// must exist.
func (o opener) openDatabase(ctx context.Context, open func(context.Context, postgres.Options) (*postgres.Store, error), at storePlace, by string) (openStore, error) {
	jobs := river.NewJobs()
	store, err := open(ctx, postgres.Options{
		URL: at.database, KeyFile: at.keyFile, Now: o.now, ServerTime: true, Version: programVersion(), Rules: o.rules, By: author(by), Jobs: jobs,
	})
	if err != nil {
		return nil, err
	}
	return databaseStore{store, jobs, o.folder, o.now}, nil
}

// author adds the user and the machine to the text that says how something was done, because
// several people share the records of a database. In a data folder both are always the same.
func author(how string) string {
	if how == "" {
		return ""
	}
	if host := thisMachine(); host != "" {
		how += " of " + host
	}
	if person, err := user.Current(); err == nil {
		how = "by " + person.Username + " " + how
	}
	return how
}

// errStoppedWaiting is the error of openRetrying if its context is done first.
var errStoppedWaiting = errors.New("stopped before the database could be reached")

// retryInterval is the pause between two attempts to reach an unavailable database.
const retryInterval = time.Second

// openRetrying is like open but waits while the database is unavailable. It is for commands that
// run until they are stopped, which may be started together with the database.
func (o opener) openRetrying(ctx context.Context, at storePlace, by string) (store openStore, err error) {
	err = o.retryWhileUnavailable(ctx, func() (err error) {
		store, err = o.open(ctx, at, by)
		return err
	})
	return store, err
}

// retryWhileUnavailable repeats do while the database is unavailable, and notes that it waits.
func (o opener) retryWhileUnavailable(ctx context.Context, do func() error) error {
	for noted := false; ; noted = true {
		err := do()
		switch {
		case !errors.Is(err, storage.ErrUnreachable):
			if noted && err == nil {
				o.note("the database can be reached")
			}
			return err
		case !noted:
			o.note("%v; see that its server runs and that --database is right; waiting for it, stop with Ctrl+C", err)
		}
		if !storage.Sleep(ctx, retryInterval) {
			return errStoppedWaiting
		}
	}
}
