package tui

import (
	"errors"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

// A bomb is a model that panics in the given methods.
type bomb struct{ init, update, view, command bool }

func (b bomb) Init() tea.Cmd {
	if b.init {
		return tea.Batch(nil, func() tea.Msg { panic("boom") }, func() tea.Msg { return nil })
	}
	return nil
}

func (b bomb) Update(tea.Msg) (tea.Model, tea.Cmd) {
	if b.update {
		panic("boom")
	}
	if b.command {
		return b, func() tea.Msg { panic("boom") }
	}
	return b, nil
}

func (b bomb) View() string {
	if b.view {
		panic("boom")
	}
	return "fine"
}

func TestPanicsEndTheConsoleAndAreLogged(t *testing.T) {
	t.Parallel()
	for name, b := range map[string]bomb{
		"init": {init: true}, "update": {update: true}, "view": {view: true}, "command": {command: true},
	} {
		t.Run(name, func(t *testing.T) {
			var logged string
			crash := func(cause any, stack []byte) string {
				logged += cause.(string) + string(stack)
				return "/tmp/crash.log"
			}
			var screen strings.Builder
			err := runGuarded(b, crash, tea.WithInput(strings.NewReader("x")), tea.WithOutput(&screen), tea.WithoutSignalHandler())
			if !errors.Is(err, errCrashed) || !strings.Contains(err.Error(), "boom; the stack trace is in /tmp/crash.log") {
				t.Errorf("got error %v, want errCrashed with the path of the log", err)
			}
			if strings.Count(logged, "boom") != 1 || !strings.Contains(logged, "guard_test.go") {
				t.Errorf("logged %q, want the panic once, with its stack", logged)
			}
			if strings.Contains(screen.String(), "goroutine") {
				t.Errorf("a stack trace is on the screen: %q", screen.String())
			}
		})
	}
}
