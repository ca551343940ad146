package screen

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"
)

// A ContinueMsg asks the root to carry on, in Update, with what a command began.
type ContinueMsg struct {
	Then   func() tea.Cmd
	Waited bool // keys have waited for it
}

// Continue returns a message that carries on with what a command found out.
func Continue(then func() tea.Cmd) tea.Msg { return ContinueMsg{Then: then} }

// ReadThen reads something in a command, and then does in Update what depends on it, such as
// opening a menu. Keys wait meanwhile, because they may be meant for that menu.
func ReadThen[T any](e *Env, read func(context.Context) (T, error), then func(T, error) tea.Cmd) tea.Cmd {
	e.Waiting++
	ctx := e.Context
	return func() tea.Msg {
		value, err := read(ctx)
		return ContinueMsg{func() tea.Cmd { return then(value, err) }, true}
	}
}
