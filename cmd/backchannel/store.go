package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"backchannel/storage/sqlite"
)

// A wholeStore is the union of the parts of a store that the commands use. Each group of
// commands declares its part beside its session type.
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
}

// A folderStore is the SQLite store of the data folder.
type folderStore struct{ *sqlite.Store }

// Exposures returns what others could read when the store was opened.
func (s folderStore) Exposures() (texts []string) {
	for _, e := range s.Exposed() {
		texts = append(texts, e.String())
	}
	return texts
}

// withWholeStore runs a function with the store open. Activity attributes what the function
// does to by.
func (s *session) withWholeStore(ctx context.Context, by string, run func(wholeStore) error) (err error) {
	if s.open != nil {
		return run(s.open)
	}
	if err := s.makeDataFolder(); err != nil {
		return err
	}
	store, err := sqlite.Open(ctx, sqlite.Options{
		Dir: s.settings.data, Now: s.now, Version: programVersion(), Rules: s.rules(), By: by,
	})
	if err != nil {
		return err
	}
	defer func() {
		if closing := store.Close(); err == nil && closing != nil {
			err = fmt.Errorf("close the store: %w", closing)
		}
	}()
	for _, e := range store.Exposed() {
		if e.Notable() {
			s.warning(e.String())
		}
	}
	return run(folderStore{store})
}

// withStore is withWholeStore for a command.
func (s *session) withStore(ctx context.Context, run func(wholeStore) error) error {
	return s.withWholeStore(ctx, "on the command line", run)
}

// peek runs a function with the store open for reading only. It does not create, change or
// wait for anything.
func (s *session) peek(ctx context.Context, read func(completionStore) error) error {
	store, err := sqlite.Peek(ctx, sqlite.Options{Dir: s.settings.data, Version: programVersion()})
	if err != nil {
		return err
	}
	defer store.Close()
	return read(store)
}

func (s *session) makeDataFolder() error {
	err := os.MkdirAll(s.settings.data, 0o700)
	var at *fs.PathError
	if errors.As(err, &at) {
		return fmt.Errorf("make data folder %s: %w; choose another with --data DIR", s.settings.data, at.Err)
	}
	return err
}
