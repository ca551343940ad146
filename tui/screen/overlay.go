package screen

import (
	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// An Overlay is a box over whatever is shown: a menu, a question, the help. While
// it is there all keys are its own but ctrl+c and ctrl+z; esc takes it away
// unless it is a backer that says otherwise.
type Overlay interface {
	Update(tea.Msg) tea.Cmd
	// View draws a box of at most width by height cells.
	View(width, height int) string
}

// question asks before something that cannot be taken back.
type question struct {
	env     *Env
	confirm *component.Confirm
	yes     func() tea.Cmd
}

// Ask shows a question; yes is called when the answer is that.
func (s *Env) Ask(c component.Confirm, yes func() tea.Cmd) tea.Cmd {
	return Show(&question{s, component.NewConfirm(c), yes})
}

// Update asks until there is an answer.
func (q *question) Update(msg tea.Msg) tea.Cmd {
	key, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil
	}
	switch yes, answered := q.confirm.Key(key); {
	case !answered:
		return nil
	case yes:
		return tea.Batch(Dismiss(q), q.yes())
	}
	return Dismiss(q)
}

func (q *question) View(width, _ int) string { return q.confirm.View(q.env.Theme, width) }

// menu is a popup of keys.
type menu struct {
	env  *Env
	menu component.Menu
	pick func(item string) tea.Cmd
}

// Choose shows a menu; pick is called with the item picked.
func (s *Env) Choose(m component.Menu, pick func(item string) tea.Cmd) tea.Cmd {
	return Show(&menu{s, m, pick})
}

// Update offers until something is picked.
func (m *menu) Update(msg tea.Msg) tea.Cmd {
	key, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil
	}
	switch item, done := m.menu.Key(key); {
	case !done:
		return nil
	case item == "":
		return Dismiss(m)
	default:
		return tea.Batch(Dismiss(m), m.pick(item))
	}
}

func (m *menu) View(width, height int) string { return m.menu.View(m.env.Theme, width, height) }
