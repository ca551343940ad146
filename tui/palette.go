package tui

import (
	"cmp"
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
	title, key, name string
	off              bool // do only says why it does nothing now
	do               func() tea.Cmd
}

func (m *Model) openPalette() tea.Cmd {
	p := &palette{shared: m.shared, actions: m.actions()}
	commands := make([]component.Command, len(p.actions))
	for i, a := range p.actions {
		commands[i] = component.Command{ID: strconv.Itoa(i), Title: a.title, Key: a.key, Name: a.name, Off: a.off}
	}
	p.palette = component.NewPalette(commands)
	return show(p)
}

// actions is everything that can be done, the nearest first: here, anywhere, and in the
// other views after going there. What cannot be done now says why, so that a person who
// looks for it gets nothing else instead.
func (m *Model) actions() []action {
	var out []action
	add := func(place string, all []binding, do func(binding) tea.Cmd) {
		for _, b := range all {
			if b.do == nil || b.help == "" {
				continue
			}
			out = append(out, action{
				title: place + b.help, key: b.key(), name: cmp.Or(b.word, b.label), off: b.off != "" && place == "",
				do: func() tea.Cmd { return do(b) },
			})
		}
	}
	here := func(b binding) tea.Cmd {
		if b.off != "" {
			return say(aboutKeys(b.off))
		}
		return b.do()
	}
	add("", m.front().Bindings(), here)
	add("", m.globals(), here)
	add("", m.urgent(), here)
	add("", m.shared.fire.actions(m.front()), here)
	for v, stack := range m.stacks {
		if view(v) != m.current && len(stack) == 1 {
			add(stack[0].Title()+": ", stack[0].Bindings(), func(b binding) tea.Cmd { return m.pressIn(view(v), b.keys[0]) })
		}
	}
	return out
}

// pressIn goes to a view and presses a key there, once what it is about was read.
func (m *Model) pressIn(v view, key string) tea.Cmd {
	cmd := m.goTo(v, 0)
	m.early = append(m.early, early{do: func() tea.Cmd {
		done, _ := run(m.front().Bindings(), key)
		return done
	}})
	return tea.Batch(cmd, m.wake())
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
