package tui

import (
	"strings"

	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// help says what every key does: on the screen in front, and anywhere.
type help struct {
	env     *screen.Env
	version string
	keys    component.KeyTable
	viewer  component.Viewer
}

func (m *Model) openHelp() tea.Cmd {
	keys := append(screen.KeyTable(m.front().Title(), m.front().Bindings()), screen.KeyTable("Moving", movement())...)
	keys = append(append(keys, screen.KeyTable("Anywhere", m.globals())...), screen.KeyTable("Anywhere", m.urgent())...)
	return screen.Show(&help{env: m.env, version: m.cfg.Version, keys: keys})
}

// movement are the keys that lists and texts take.
func movement() []screen.Binding {
	return []screen.Binding{
		{Shown: "j k ↓ ↑", Help: "Next, previous"},
		{Shown: "g G", Help: "First, last"},
		{Shown: "ctrl+d ctrl+u", Help: "Half a page down, up"},
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
		return screen.Dismiss(h)
	}
	h.viewer.Key(key)
	return nil
}

func (h *help) View(width, height int) string {
	th := h.env.Theme
	inner := min(width, 130) - 4
	lines := h.keys.Help(th, "", inner)
	rows := min(len(lines), height-4)
	h.viewer.SetSize(inner, rows)
	h.viewer.Replace(lines)
	hint := "esc closes"
	if rows < len(lines) {
		hint = "j k scroll   " + hint
	}
	body := append(strings.Split(h.viewer.View(th), "\n"), "", component.Spread(th.Dim.Render("backchannel "+h.version), th.Dim.Render(hint), inner))
	return component.Frame(th, th.Strong.Render("Keys"), body, inner+4)
}
