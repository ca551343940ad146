package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/charmbracelet/x/term"

	"backchannel/fixtures"
	"backchannel/storage"
	"backchannel/storage/sqlite"
)

// A session is what every command works with: where it reads and writes, and how it is set
// up. The commands on one kind of record share a type that embeds it.
type session struct {
	in   *os.File
	out  *output
	err  io.Writer
	env  func(name string) (string, bool)
	now  func() time.Time
	zone *time.Location // of the times in tables
	quit func()         // ends the context of the command that runs

	settings   settings
	flagErrors storage.FieldErrors // flags and variables that cannot be read
}

// withStore runs something with the store open.
func (s *session) withStore(ctx context.Context, run func(store *sqlite.Store) error) error {
	return s.withStoreOf(ctx, "on the command line", run)
}

// withStoreOf does that for somebody, of whom activities tell.
func (s *session) withStoreOf(ctx context.Context, who string, run func(store *sqlite.Store) error) (err error) {
	if err := s.makeDataFolder(); err != nil {
		return err
	}
	store, err := sqlite.Open(ctx, sqlite.Options{
		Dir: s.settings.data, Now: s.now, Version: programVersion(), Rules: s.rules(), By: who,
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
	return run(store)
}

func (s *session) makeDataFolder() error {
	err := os.MkdirAll(s.settings.data, 0o700)
	var at *fs.PathError
	if errors.As(err, &at) {
		return fmt.Errorf("make data folder %s: %w; choose another with --data DIR", s.settings.data, at.Err)
	}
	return err
}

// rules are what validity depends on besides the records themselves.
func (s *session) rules() storage.Rules {
	return storage.Rules{AllowHTTP: s.settings.allowHTTP, Sources: storage.SystemSources(), FailureCodes: fixtures.FailureCodes}
}

// interactive reports whether a person can be asked.
func (s *session) interactive() bool {
	stderr, isFile := s.err.(*os.File)
	return isFile && term.IsTerminal(s.in.Fd()) && term.IsTerminal(stderr.Fd())
}
