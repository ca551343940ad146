package tui

import (
	"strconv"

	tea "github.com/charmbracelet/bubbletea"
)

// urgent are the keys that mean the same wherever one is.
func (m *Model) urgent() []binding {
	return []binding{
		{keys: []string{"ctrl+c"}, word: "quit", help: "Quit at once", do: func() tea.Cmd { return tea.Quit }},
		{keys: []string{"ctrl+z"}, word: "suspend", help: "Suspend; fg brings the console back", do: func() tea.Cmd { return tea.Suspend }},
	}
}

// globals are the keys that mean the same on every screen, except where one types.
func (m *Model) globals() []binding {
	var out []binding
	for v := range m.stacks {
		out = append(out, m.viewBinding(view(v)))
	}
	return append(append(out, m.fireBindings()...),
		binding{keys: []string{"y"}, word: "copy", help: "Copy something of what is shown", do: m.openCopyMenu},
		binding{keys: []string{"Y"}, word: "copied", help: "Show what was copied last, to select it", do: m.showCopied},
		binding{keys: []string{":", "ctrl+p"}, shown: ": ctrl+p", help: "Find an action by its name", do: m.openPalette},
		binding{keys: []string{"?"}, word: "help", help: "Say what every key does", do: m.openHelp},
		binding{keys: []string{"z"}, word: "zoom", help: "Zoom the focused pane, and back", do: m.zoom},
		binding{keys: []string{"T"}, word: "theme", help: "Switch to the light or dark theme", do: m.switchTheme},
		binding{shown: "esc", help: "Back; never quits"},
		binding{shown: "q", help: "Back, and at the root of a view quit"},
	)
}

func (m *Model) viewBinding(v view) binding {
	return binding{
		keys: []string{strconv.Itoa(int(v) + 1)},
		help: "Go to " + m.stacks[v][0].Title(), word: m.stacks[v][0].Title(),
		do: func() tea.Cmd { return m.goTo(v, 0) },
	}
}

func (m *Model) zoom() tea.Cmd {
	m.shared.zoomed = !m.shared.zoomed
	return nil
}
