package tui

import (
	"cmp"
	"strconv"

	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// palette finds an action by its name, those of other views too.
type palette struct {
	env     *screen.Env
	palette *component.Palette
	actions []action
}

type action struct {
	title, key, name string
	off              bool // do only says why it does nothing now
	do               func() tea.Cmd
}

func (m *Model) openPalette() tea.Cmd {
	p := &palette{env: m.env, actions: m.actions()}
	commands := make([]component.Command, len(p.actions))
	for i, a := range p.actions {
		commands[i] = component.Command{ID: strconv.Itoa(i), Title: a.title, Key: a.key, Name: a.name, Off: a.off}
	}
	p.palette = component.NewPalette(commands)
	return screen.Show(p)
}

// actions is everything that can be done, the nearest first: here, anywhere, and in the
// other views after going there. What cannot be done now says why, so that a person who
// looks for it gets nothing else instead.
func (m *Model) actions() []action {
	var out []action
	add := func(place string, all []screen.Binding, do func(screen.Binding) tea.Cmd) {
		for _, b := range all {
			if b.Do == nil || b.Help == "" {
				continue
			}
			out = append(out, action{
				title: place + b.Help, key: b.Key(), name: cmp.Or(b.Word, b.Label), off: b.Off != "" && place == "",
				do: func() tea.Cmd { return do(b) },
			})
		}
	}
	here := func(b screen.Binding) tea.Cmd {
		if b.Off != "" {
			return screen.Say(screen.AboutKeys(b.Off))
		}
		return b.Do()
	}
	add("", m.front().Bindings(), here)
	add("", m.globals(), here)
	add("", m.urgent(), here)
	add("", m.fire.Actions(m.front()), here)
	for v, stack := range m.stacks {
		if screen.View(v) != m.current && len(stack) == 1 {
			add(stack[0].Title()+": ", stack[0].Bindings(), func(b screen.Binding) tea.Cmd { return m.pressIn(screen.View(v), b.Keys[0]) })
		}
	}
	return out
}

// pressIn goes to a view and presses a key there, once what it is about was read.
func (m *Model) pressIn(v screen.View, key string) tea.Cmd {
	cmd := m.goTo(v, 0)
	m.typeahead = append(m.typeahead, pendingKey{do: func() tea.Cmd {
		done, _ := screen.Run(m.front().Bindings(), key)
		return done
	}})
	return tea.Batch(cmd, m.wake())
}

// Update finds until something is picked.
func (p *palette) Update(msg tea.Msg) tea.Cmd {
	key, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil
	}
	command, done := p.palette.Key(key)
	if !done {
		return nil
	}
	i, err := strconv.Atoi(command)
	if err != nil {
		return screen.Dismiss(p)
	}
	return tea.Batch(screen.Dismiss(p), p.actions[i].do())
}

func (p *palette) View(width, _ int) string { return p.palette.View(p.env.Theme, width) }
