package tui

import (
	"strings"

	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// help says what every key does: on the screen in front, and anywhere.
type help struct {
	shared *shared
	keys   component.KeyTable
	viewer component.Viewer
}

func (m *Model) openHelp() tea.Cmd {
	keys := append(table(m.front().Title(), m.front().Bindings()), table("Moving", movement())...)
	keys = append(append(keys, table("Anywhere", m.globals())...), table("Anywhere", m.urgent())...)
	return show(&help{shared: m.shared, keys: keys})
}

// movement are the keys that lists and texts take.
func movement() []binding {
	return []binding{
		{shown: "j k ↓ ↑", help: "Next, previous"},
		{shown: "g G", help: "First, last"},
		{shown: "ctrl+d ctrl+u", help: "Half a page down, up"},
	}
}

// Update scrolls; any key that leads away closes the help.
func (h *help) Update(msg tea.Msg) tea.Cmd {
	key, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil
	}
	switch key.String() {
	case "?", "q", "enter":
		return dismiss(h)
	}
	h.viewer.Key(key)
	return nil
}

func (h *help) View(width, height int) string {
	th := h.shared.theme
	inner := min(width, 130) - 4
	lines := h.keys.Help(th, "", inner)
	rows := min(len(lines), height-4)
	h.viewer.SetSize(inner, rows)
	h.viewer.Replace(lines)
	hint := "esc closes"
	if rows < len(lines) {
		hint = "j k scroll   " + hint
	}
	body := append(strings.Split(h.viewer.View(th), "\n"), "", component.Spread(th.Dim.Render("backchannel "+h.shared.Version), th.Dim.Render(hint), inner))
	return component.Frame(th, th.Strong.Render("Keys"), body, inner+4)
}
