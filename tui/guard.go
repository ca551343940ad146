package tui

import (
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"

	tea "github.com/charmbracelet/bubbletea"
)

// errCrashed is the error of [Run] after a panic.
var errCrashed = errors.New("the console crashed")

// guarded quits the program in the usual way after a panic of its model or of a command, so that
// the terminal is restored. The panic is written to the crash log and not, as bubbletea would, to
// the terminal.
type guarded struct {
	model    tea.Model
	crash    func(cause any, stack []byte) string
	failed   error
	reported atomic.Bool // only the first panic is written to the crash log
}

// runGuarded runs a program until it ends or panics.
func runGuarded(m tea.Model, crash func(any, []byte) string, options ...tea.ProgramOption) error {
	guard := &guarded{model: m, crash: crash}
	_, err := tea.NewProgram(guard, options...).Run()
	switch {
	case guard.failed != nil:
		return guard.failed
	case err != nil:
		return fmt.Errorf("run the console: %w", err)
	}
	return nil
}

// crashMsg reports the panic of a command, which runs in a goroutine of its own.
type crashMsg struct{ err error }

// Init implements tea.Model.
func (g *guarded) Init() tea.Cmd { return g.guard(g.model.Init()) }

// Update implements tea.Model. After a panic it passes on no message, because the model may be in any
// state.
func (g *guarded) Update(msg tea.Msg) (same tea.Model, cmd tea.Cmd) {
	defer func() {
		if cause := recover(); cause != nil {
			g.failed, same, cmd = g.report(cause), g, tea.Quit
		}
	}()
	if crashed, ok := msg.(crashMsg); ok {
		g.failed = crashed.err
	}
	if g.failed != nil {
		return g, tea.Quit
	}
	g.model, cmd = g.model.Update(msg)
	return g, g.guard(cmd)
}

// View implements tea.Model.
func (g *guarded) View() (view string) {
	defer func() {
		if cause := recover(); cause != nil {
			g.failed = g.report(cause) // the next message ends the program
		}
	}()
	if g.failed != nil {
		return ""
	}
	return g.model.View()
}

// guard turns a panic of a command into a message. It also guards the commands of a batch.
func (g *guarded) guard(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() (msg tea.Msg) {
		defer func() {
			if cause := recover(); cause != nil {
				msg = crashMsg{g.report(cause)}
			}
		}()
		msg = cmd()
		if batch, ok := msg.(tea.BatchMsg); ok {
			for i := range batch {
				batch[i] = g.guard(batch[i])
			}
		}
		return msg
	}
}

// report writes the crash log and returns an error that names it.
func (g *guarded) report(cause any) error {
	err := fmt.Errorf("%w: %v", errCrashed, cause)
	if !g.reported.CompareAndSwap(false, true) {
		return err
	}
	if path := g.crash(cause, debug.Stack()); path != "" {
		return fmt.Errorf("%w; the stack trace is in %s", err, path)
	}
	return err
}
