package screen

import (
	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// An Overlay is a box over the screen: a menu, a question, the help. It gets all keys except
// ctrl+c and ctrl+z, and esc dismisses it unless it is a [Backer] that handles esc.
type Overlay interface {
	Update(tea.Msg) tea.Cmd
	// View draws a box of at most width by height cells.
	View(width, height int) string
}

// A question asks before an action that cannot be undone.
type question struct {
	env     *Env
	confirm *component.Confirm
	yes     func() tea.Cmd
}

// Ask shows a question and calls yes if a person agrees.
func (s *Env) Ask(c component.Confirm, yes func() tea.Cmd) tea.Cmd {
	return Show(&question{s, component.NewConfirm(c), yes})
}

// Update passes keys to the question until there is an answer.
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

// A menu is a box of items to pick from.
type menu struct {
	env  *Env
	menu component.Menu
	pick func(item string) tea.Cmd
}

// Choose shows a menu, and calls pick with the item picked.
func (s *Env) Choose(m component.Menu, pick func(item string) tea.Cmd) tea.Cmd {
	return Show(&menu{s, m, pick})
}

// Update passes keys to the menu until an item is picked.
func (m *menu) Update(msg tea.Msg) tea.Cmd {
	return PickFrom(&m.menu, msg, m, func(item string) tea.Cmd { return tea.Batch(Dismiss(m), m.pick(item)) })
}

// PickFrom passes a key to the menu of an overlay. It calls pick with the item picked, and dismisses
// the overlay if a person leaves the menu without picking one.
func PickFrom(m *component.Menu, msg tea.Msg, of Overlay, pick func(item string) tea.Cmd) tea.Cmd {
	key, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil
	}
	switch item, done := m.Key(key); {
	case !done:
		return nil
	case item == "":
		return Dismiss(of)
	default:
		return pick(item)
	}
}

func (m *menu) View(width, height int) string { return m.menu.View(m.env.Theme, width, height) }
