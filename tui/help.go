package tui

import (
	"slices"
	"strings"

	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// help explains the keys of the front screen and those of all screens.
type help struct {
	env     *screen.Env
	version string
	keys    component.KeyTable
	viewer  component.Viewer
}

// openHelp shows the help, with the user's keys in place of the built-in ones that they replace.
func (m *Model) openHelp() tea.Cmd {
	front := m.views.front()
	keys := slices.Concat(screen.KeyTable(front.Title(), preferences{m}.shownBindings(front.Bindings())), screen.KeyTable("Moving", movement()),
		screen.KeyTable("Anywhere", preferences{m}.shownBindings(m.globals())), screen.KeyTable("Anywhere", urgent()))
	return screen.Show(&help{env: m.env, version: m.cfg.Version, keys: keys})
}

// movement returns the keys of lists and texts.
func movement() []screen.Binding {
	return []screen.Binding{
		{Shown: "j k ↓ ↑", Help: "Next, previous"},
		{Shown: "g G", Help: "First, last"},
		{Shown: "ctrl+d ctrl+u", Help: "Half a page down, up"},
	}
}

// Update scrolls, or closes the help.
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

// View draws the keys in a frame.
func (h *help) View(width, height int) string {
	th := h.env.Theme
	inner := min(width, 130) - 4
	lines := h.keys.Help(th, inner)
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
