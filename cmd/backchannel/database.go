package main

import (
	"context"
	"errors"
	"time"

	"backchannel/storage"
	"backchannel/storage/postgres"
)

// A databaseStore is the store of a database that several machines share.
type databaseStore struct{ *postgres.Store }

// Exposures returns nothing: who can read the files of a database is not known here.
func (databaseStore) Exposures() []string { return nil }

// openDatabase opens a database. The folder of the key has to exist.
func (s *session) openDatabase(ctx context.Context, at storePlace, by string) (openStore, error) {
	store, err := postgres.Open(ctx, s.databaseOptions(at, by))
	if err != nil {
		return nil, err
	}
	return databaseStore{store}, nil
}

func (s *session) peekDatabase(ctx context.Context, at storePlace) (openStore, error) {
	store, err := postgres.Peek(ctx, s.databaseOptions(at, ""))
	if err != nil {
		return nil, err
	}
	return databaseStore{store}, nil
}

func (s *session) databaseOptions(at storePlace, by string) postgres.Options {
	return postgres.Options{URL: at.database, KeyFile: at.keyFile, Now: s.now, Version: programVersion(), Rules: s.rules(), By: by}
}

// errNotAwaited is the error of openPatiently if its context is done first.
var errNotAwaited = errors.New("stopped before the database was there")

// askAgain is how long to wait before a database that is away is asked again.
const askAgain = time.Second

// openPatiently is openAt for what runs until it is stopped: it waits for a database that is away.
func (s *session) openPatiently(ctx context.Context, at storePlace, by string) (openStore, error) {
	for told := false; ; told = true {
		store, err := s.openAt(ctx, at, by)
		switch {
		case !errors.Is(err, storage.ErrAway):
			if told && err == nil {
				s.note("the database is there")
			}
			return store, err
		case !told:
			s.note("%v; waiting for it, stop with Ctrl+C", err)
		}
		select {
		case <-ctx.Done():
			return nil, errNotAwaited
		case <-time.After(askAgain):
		}
	}
}
