package tui

import (
	"strconv"

	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// palette finds an action by its name, those of other views too.
type palette struct {
	shared  *shared
	palette *component.Palette
	actions []action
}

type action struct {
	title, key string
	do         func() tea.Cmd
}

func (m *Model) openPalette() tea.Cmd {
	p := &palette{shared: m.shared, actions: m.actions()}
	commands := make([]component.Command, len(p.actions))
	for i, a := range p.actions {
		commands[i] = component.Command{ID: strconv.Itoa(i), Title: a.title, Key: a.key}
	}
	p.palette = component.NewPalette(commands)
	return show(p)
}

// actions is everything that can be done now, the nearest first: here, anywhere,
// and in the other views after going there.
func (m *Model) actions() []action {
	var out []action
	add := func(place string, all []binding, before func() tea.Cmd) {
		for _, b := range all {
			if b.do == nil || b.help == "" || b.off != "" {
				continue
			}
			out = append(out, action{place + b.help, b.key(), func() tea.Cmd { return tea.Batch(before(), b.do()) }})
		}
	}
	nothing := func() tea.Cmd { return nil }
	add("", m.front().Bindings(), nothing)
	add("", m.globals(), nothing)
	add("", m.urgent(), nothing)
	add("", m.shared.fire.actions(m.front()), nothing)
	for v, stack := range m.stacks {
		if view(v) != m.current && len(stack) == 1 {
			add(stack[0].Title()+": ", stack[0].Bindings(), func() tea.Cmd { return m.goTo(view(v), 0) })
		}
	}
	return out
}

// Update finds until something is picked.
func (p *palette) Update(msg tea.Msg) tea.Cmd {
	reply, ok := msg.(component.PaletteMsg)
	if !ok {
		return p.palette.Update(msg)
	}
	i, err := strconv.Atoi(reply.Command)
	if err != nil {
		return dismiss(p)
	}
	return tea.Batch(dismiss(p), p.actions[i].do())
}

func (p *palette) View(width, _ int) string { return p.palette.View(p.shared.theme, width) }
