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

	"backchannel/cmd/backchannel/internal/crash"
	"backchannel/storage"
	"backchannel/storage/sqlite"
)

// app is one run of the program: where it reads and writes, and how it is set up.
type app struct {
	args []string
	in   *os.File
	out  *output
	err  io.Writer
	env  func(name string) (string, bool)
	now  func() time.Time
	zone *time.Location // of the times in tables
	quit func()         // ends the context of the command that runs

	settings settings
	unread   storage.FieldErrors // flags and variables that cannot be read
}

// main runs the command that the arguments name and returns its exit code.
func (a *app) main() (code int) {
	ctx, stop := a.signals()
	defer stop()
	err := crash.Guard(func() error { return newRoot(a).ExecuteContext(ctx) })
	if err == nil || a.out.unread(err) {
		err = a.out.failure()
	}
	a.report(err)
	return exitCode(err)
}

// withStore runs something with the store open.
func (a *app) withStore(ctx context.Context, run func(store *sqlite.Store) error) error {
	return a.withStoreOf(ctx, "on the command line", run)
}

// withStoreOf does that for somebody, of whom activities tell.
func (a *app) withStoreOf(ctx context.Context, who string, run func(store *sqlite.Store) error) (err error) {
	if err := a.makeDataFolder(); err != nil {
		return err
	}
	store, err := sqlite.Open(ctx, sqlite.Options{
		Dir: a.settings.data, Now: a.now, Version: programVersion(), Rules: a.rules(), By: who,
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
		if e.Told() {
			a.warning(e.String())
		}
	}
	return run(store)
}

func (a *app) makeDataFolder() error {
	err := os.MkdirAll(a.settings.data, 0o700)
	var at *fs.PathError
	if errors.As(err, &at) {
		return fmt.Errorf("make data folder %s: %w; choose another with --data DIR", a.settings.data, at.Err)
	}
	return err
}

// rules are what validity depends on besides the records themselves.
func (a *app) rules() storage.Rules {
	return storage.Rules{AllowHTTP: a.settings.allowHTTP, Sources: storage.SystemSources()}
}

// interactive reports whether a person can be asked.
func (a *app) interactive() bool {
	stderr, isFile := a.err.(*os.File)
	return isFile && term.IsTerminal(a.in.Fd()) && term.IsTerminal(stderr.Fd())
}
