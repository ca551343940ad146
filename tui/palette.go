package tui

import (
	"cmp"
	"strconv"

	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// palette finds an action by its name, including those of other views.
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

// actions returns everything that can be done, the nearest first: on the screen in front,
// anywhere, and in the other views after going there. What cannot be done now is listed and
// says why, so that a search for it does not find something else.
func (m *Model) actions() []action {
	var out []action
	front := m.views.front()
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
	add("", m.shownBindings(front.Bindings()), here)
	add("", m.shownBindings(m.globals()), here)
	add("", urgent(), here)
	add("", m.fire.Actions(front), here)
	add("", m.settingActions(), here)
	for v, stack := range m.views.stacks {
		if screen.View(v) != m.views.current && len(stack) == 1 {
			add(stack[0].Title()+": ", stack[0].Bindings(), func(b screen.Binding) tea.Cmd { return m.pressIn(screen.View(v), b.Keys[0]) })
		}
	}
	return out
}

// pressIn goes to a view and presses a key there, once the view was read.
func (m *Model) pressIn(v screen.View, key string) tea.Cmd {
	return tea.Batch(m.views.jump(screen.GoMsg{View: v}), m.keys.afterKeys(func() tea.Cmd {
		done, _ := screen.Run(m.views.front().Bindings(), key)
		return done
	}))
}

// Update passes keys to the palette until a command is picked.
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
