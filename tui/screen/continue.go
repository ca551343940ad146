package screen

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"
)

// A ContinueMsg asks the root to call Then in Update, where state may be changed.
type ContinueMsg struct {
	Then   func() tea.Cmd
	Waited bool // keys have waited for it
}

// Continue returns a message with which a command has the root call a function in Update.
func Continue(then func() tea.Cmd) tea.Msg { return ContinueMsg{Then: then} }

// ReadThen reads something in a command, and then calls then in Update with the result, to open a
// menu for example. Keys wait meanwhile, because they may be meant for that menu.
func ReadThen[T any](e *Env, read func(context.Context) (T, error), then func(T, error) tea.Cmd) tea.Cmd {
	e.Waiting++
	ctx := e.Context
	return func() tea.Msg {
		value, err := read(ctx)
		return ContinueMsg{func() tea.Cmd { return then(value, err) }, true}
	}
}
