// Package tui is the console: the screens on which a person keeps feedback
// webhooks, fires events at them and watches what becomes of these.
//
// Start with [Run], or with [New] to drive the model without a terminal. A
// screen is one file that implements the screen interface; the root model only
// routes. What a key does stands in one place, a binding, from which footer,
// help and palette are made.
//
// The package never calls the engine or the receiver. It reads and writes
// records through [Store], in commands and never in Update, and reads again
// what it shows when the store hints at a change. So a console beside a running
// serve is the same as one that delivers by itself.
package tui

import (
	"context"
	"errors"
	"io"
	"os"
	"sync/atomic"
	"time"

	"github.com/charmbracelet/lipgloss"

	"backchannel/storage"
	"backchannel/storage/export"

	tea "github.com/charmbracelet/bubbletea"
)

// Config is what the console depends on.
type Config struct {
	Store    Store
	Rules    storage.Rules
	Now      func() time.Time
	Location *time.Location // of the times shown
	Rand     io.Reader      // for the ids of fired events
	Renderer *lipgloss.Renderer
	Dark     bool   // the terminal's background
	Version  string // shown by the help
	PID      int    // of this process: says whether it is the leader
	// Notices are banners: each replaces the one before, an empty one takes it away.
	Notices <-chan string
	// Typed is what came from the terminal before Run: keys of a person in a hurry.
	Typed []byte
	// Copy puts text on the clipboard of the person's terminal, and says how far that is
	// known to have worked: "copied to …". Run sets it.
	Copy func(ctx context.Context, text string) (how string, err error)
	// CA is the path of the certificate by which clients are to trust the built-in receiver.
	CA string
	// Export writes receipts to a file. Without it the console offers none.
	Export func(context.Context, export.Request) (export.Result, error)
	// Resend sends the bytes of a receipt to a URL in one attempt, with the headers that
	// they came with. Without it the console offers that not.
	Resend func(ctx context.Context, r storage.Receipt, to string) (storage.Attempt, error)
	// Hold keeps this process from writing until release is called, for the time that it
	// is suspended. nil: nothing has to be kept from that.
	Hold func() (release func())
	// Crash keeps what is known of a panic and says where.
	Crash func(cause any, stack []byte) (path string)
}

// complete fills in what the console can do without.
func (c Config) complete() Config {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Location == nil {
		c.Location = time.Local
	}
	if c.Renderer == nil {
		c.Renderer = lipgloss.NewRenderer(io.Discard)
	}
	if c.Copy == nil {
		c.Copy = func(context.Context, string) (string, error) { return "", errors.New("this terminal has no clipboard") }
	}
	if c.Crash == nil {
		c.Crash = func(any, []byte) string { return "" }
	}
	return c
}

// Run shows the console until the person quits, the terminal is gone or ctx ends, and
// leaves the terminal as it was, also after a panic, which it answers as an error.
func Run(ctx context.Context, cfg Config, in, out *os.File) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	term := newTerminal(out)
	cfg.Copy = term.copy
	var gone atomic.Bool
	keys := &keyboard{File: in, gone: func() { gone.Store(true); cancel() }}
	suspending := &suspender{hold: cfg.Hold}
	defer suspending.resume()
	err := term.run(New(ctx, cfg), cfg.complete().Crash,
		tea.WithFilter(suspending.filter), tea.WithInput(keys), tea.WithoutSignalHandler())
	if gone.Load() && !errors.Is(err, ErrCrashed) {
		return nil
	}
	return err
}
