package tui

import (
	"errors"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

// bomb is a model that panics where the test says.
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
			var kept string
			crash := func(cause any, stack []byte) string {
				kept += cause.(string) + string(stack)
				return "/tmp/crash.log"
			}
			var screen strings.Builder
			err := runGuarded(b, crash, tea.WithInput(strings.NewReader("x")), tea.WithOutput(&screen), tea.WithoutSignalHandler())
			if !errors.Is(err, ErrCrashed) || !strings.Contains(err.Error(), "boom; the stack trace is in /tmp/crash.log") {
				t.Errorf("ended with %v", err)
			}
			if strings.Count(kept, "boom") != 1 || !strings.Contains(kept, "guard_test.go") {
				t.Errorf("kept %q", kept)
			}
			if strings.Contains(screen.String(), "goroutine") {
				t.Errorf("a stack trace is on the screen: %q", screen.String())
			}
		})
	}
}
