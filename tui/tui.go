// Package tui is the console, in which a person manages feedback webhooks, fires events at
// them and follows their delivery.
//
// Start with [Run], or with [New] to drive the model without a terminal. Each screen is a
// package below this one, to which the root passes keys and messages. Footer, help and palette are
// built from the same bindings that keys are looked up in, so that they cannot disagree.
//
// The package never calls the engine or the receiver. It reads and writes records through
// [Store], in commands and never in Update, and reads again what it shows when the store hints
// at a change. So a console next to a running serve works like one that delivers itself.
package tui

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"github.com/charmbracelet/lipgloss"

	"backchannel/storage"
	"backchannel/storage/export"
	"backchannel/tui/check"
	"backchannel/tui/config"

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
	PID      int    // of this process, by which the header tells whether it is the leader
	// Notices are banners. Each replaces the one before, and an empty one removes it.
	Notices <-chan string
	// Typed holds the bytes that were read from the terminal before Run.
	Typed []byte
	// Copy puts text on the clipboard of the person's terminal, and returns how far that is known
	// to have worked: "copied to …". Run sets it.
	Copy func(ctx context.Context, text string) (how string, err error)
	// Mouse turns the terminal's reports of the mouse on or off. Run sets it.
	Mouse func(on bool)
	// Notify rings the terminal's bell and shows a text in its title; an empty text restores
	// the previous title. Run sets it.
	Notify func(text string)
	// CA is the path of the certificate that clients of the built-in receiver must trust.
	CA string
	// Export writes receipts to a file. If it is nil, the console does not offer the export.
	Export func(context.Context, export.Request) (export.Result, error)
	// Resend sends the body of a receipt in one attempt, as sender says: to its URL, with its
	// headers and its authentication. If it is nil, the console only replays through webhooks.
	Resend func(ctx context.Context, r storage.Receipt, sender storage.Webhook) (storage.Attempt, error)
	// Editor is the command of the user's editor, for a shell; empty: none.
	Editor string
	// HoldInterrupts makes this process ignore Ctrl+C until release is called. The console calls it
	// while the editor has the terminal. If it is nil, the process does not ignore it.
	HoldInterrupts func() (release func())
	// Executions answers calls of the execution API, which the console makes as an
	// application would. If it is nil, the console cannot make calls.
	Executions http.Handler
	// Check holds the actions of the endpoint check that other packages implement.
	Check check.Actions
	// Kept holds the settings of config.toml, and Keep writes changes to it. If Keep is nil,
	// changes are lost when the console ends.
	Kept *config.Kept
	Keep func(ctx context.Context, key config.Key, value any) error
	// PauseWrites pauses the writes of this process until release is called. The console calls it
	// while the process is suspended. If it is nil, writes are not paused.
	PauseWrites func() (release func())
	// Crash writes a panic to the crash log and returns its path.
	Crash func(cause any, stack []byte) (path string)
}

// complete sets the defaults of optional fields.
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
	if c.Kept == nil {
		c.Kept = &config.Kept{}
	}
	if c.Crash == nil {
		c.Crash = func(any, []byte) string { return "" }
	}
	return c
}

// Run shows the console until a person quits, the terminal goes away or ctx ends. It restores
// the terminal, also after a panic, which it returns as an error.
func Run(ctx context.Context, cfg Config, in, out *os.File) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	term := newTerminal(out)
	cfg.Copy, cfg.Mouse, cfg.Notify = term.copy, term.setMouse, term.notify
	var gone atomic.Bool
	keys := &keyboard{File: in, gone: func() { gone.Store(true); cancel() }}
	suspending := &suspender{pauseWrites: cfg.PauseWrites}
	defer suspending.resume()
	m := New(ctx, cfg)
	defer m.settings.flush()
	err := term.run(m, cfg.complete().Crash,
		tea.WithFilter(suspending.filter), tea.WithInput(keys), tea.WithoutSignalHandler())
	if gone.Load() && !errors.Is(err, errCrashed) {
		return nil
	}
	return err
}
