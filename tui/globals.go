package tui

import (
	"strconv"

	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// urgent returns the keys that work everywhere, even while a person types text.
func urgent() []screen.Binding {
	return []screen.Binding{
		{Keys: []string{"ctrl+c"}, Word: "quit", Help: "Quit at once", Do: func() tea.Cmd { return tea.Quit }},
		{Keys: []string{"ctrl+z"}, Word: "suspend", Help: "Suspend; fg brings the console back", Do: func() tea.Cmd { return tea.Suspend }},
	}
}

// globals returns the keys that work on every screen unless a person types text there.
func (m *Model) globals() []screen.Binding {
	var out []screen.Binding
	for v := range m.views.stacks {
		out = append(out, m.viewBinding(screen.View(v)))
	}
	out = append(out, m.fireBindings()...)
	return append(append(out, m.execute.Bindings(m.views.front)...),
		screen.Binding{Keys: []string{"y"}, Word: "copy", Help: "Copy a text from the screen", Do: func() tea.Cmd { return m.clipboard.offer(m.views.front()) }},
		screen.Binding{Keys: []string{"Y"}, Word: "copied", Help: "Show what was copied last, to select it", Do: m.clipboard.show},
		screen.Binding{Keys: []string{":", "ctrl+p"}, Shown: ": ctrl+p", Help: "Find an action by its name", Do: m.commander.open},
		screen.Binding{Keys: []string{"?"}, Word: "help", Help: "Explain every key", Do: m.openHelp},
		screen.Binding{Keys: []string{"z"}, Word: "zoom", Help: "Zoom the focused pane, and back", Do: m.zoom},
		screen.Binding{Keys: []string{"T"}, Word: "theme", Help: "Switch to the light or dark theme", Do: preferences{m}.switchTheme},
		pointer{m}.mouseBinding(),
		screen.Binding{Shown: "esc backspace", Help: "Back: out of the filter, the pane, the jump; never quits"},
		screen.Binding{Shown: "q", Help: "Back, and at the root of a view quit"},
	)
}

// viewBinding returns the key that goes to a view: its number.
func (m *Model) viewBinding(v screen.View) screen.Binding {
	return screen.Binding{
		Keys: []string{strconv.Itoa(int(v) + 1)},
		Help: "Go to " + m.views.title(v), Word: m.views.title(v),
		Do: func() tea.Cmd { return m.views.goTo(v) },
	}
}

// zoom enlarges the focused pane to the whole screen, or undoes that.
func (m *Model) zoom() tea.Cmd {
	m.env.Zoomed = !m.env.Zoomed
	return nil
}

// again repeats the last action: in Campaigns the last call, elsewhere the last event.
func (m *Model) again() tea.Cmd {
	if m.views.current == screen.ViewCampaigns && m.execute.Again() {
		return m.execute.Repeat()
	}
	return m.fire.Repeat()
}

// fireBindings returns the keys that fire from any view.
func (m *Model) fireBindings() []screen.Binding {
	fire := m.fire
	return []screen.Binding{
		{Keys: []string{"f"}, Label: "fire", Help: "Fire an event", Do: func() tea.Cmd { return fire.Open(m.views.front()) }},
		{Keys: []string{"."}, Word: "again", Help: "Fire the last event again, in Campaigns make the last call again", Do: m.again},
	}
}
