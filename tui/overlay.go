package tui

import (
	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// An overlay is a box over whatever is shown: a menu, a question, the help. While
// it is there all keys are its own but ctrl+c and ctrl+z; esc takes it away
// unless it is a backer that says otherwise.
type overlay interface {
	Update(tea.Msg) tea.Cmd
	// View draws a box of at most width by height cells.
	View(width, height int) string
}

// question asks before something that cannot be taken back.
type question struct {
	shared  *shared
	confirm *component.Confirm
	yes     func() tea.Cmd
}

// ask shows a question; yes is called when the answer is that.
func (s *shared) ask(c component.Confirm, yes func() tea.Cmd) tea.Cmd {
	if c.ID == "" {
		c.ID = c.Title
	}
	return show(&question{s, component.NewConfirm(c), yes})
}

// Update asks until there is an answer.
func (q *question) Update(msg tea.Msg) tea.Cmd {
	reply, ok := msg.(component.ConfirmMsg)
	switch {
	case !ok || reply.ID != q.confirm.ID:
		return q.confirm.Update(msg)
	case reply.OK:
		return tea.Batch(dismiss(q), q.yes())
	}
	return dismiss(q)
}

func (q *question) View(width, _ int) string { return q.confirm.View(q.shared.theme, width) }

// menu is a popup of keys.
type menu struct {
	shared *shared
	menu   component.Menu
	pick   func(item string) tea.Cmd
}

// choose shows a menu; pick is called with the item picked.
func (s *shared) choose(m component.Menu, pick func(item string) tea.Cmd) tea.Cmd {
	if m.ID == "" {
		m.ID = m.Title
	}
	return show(&menu{s, m, pick})
}

// Update offers until something is picked.
func (m *menu) Update(msg tea.Msg) tea.Cmd {
	reply, ok := msg.(component.MenuMsg)
	switch {
	case !ok || reply.ID != m.menu.ID:
		return m.menu.Update(msg)
	case reply.Item == "":
		return dismiss(m)
	}
	return tea.Batch(dismiss(m), m.pick(reply.Item))
}

func (m *menu) View(width, height int) string { return m.menu.View(m.shared.theme, width, height) }
