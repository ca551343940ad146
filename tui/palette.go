package tui

import (
	"cmp"
	"slices"
	"strconv"

	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// commander provides the actions and commands of the palette, and remembers which were used last.
type commander struct {
	m      *Model
	recent []string // the titles of those used last, the latest first
}

// palette is the overlay in which a person finds an action by its name, on this or another view, or
// types a command with arguments.
type palette struct {
	of      *commander
	palette *component.Palette
	actions []action // those without arguments
	found   []action // those that are listed now
}

// An action is a line of the palette.
type action struct {
	title, key, name string
	off              bool   // do only says why it does nothing now
	fill             string // what the line becomes, if it needs more than its name
	lookup           bool   // the palette stays open until it is known whether the record exists
	do               func() tea.Cmd
}

// open shows the palette with what can be done now.
func (c *commander) open() tea.Cmd {
	p := &palette{of: c, actions: c.actions()}
	p.palette = component.NewPalette(p.find, len(p.actions))
	return screen.Show(p)
}

// find returns the actions that match the text. Without a text, those that were used last come first.
// After the name of a command, its possible arguments come first.
func (p *palette) find(typed string) component.Finding {
	verb, args, ok := p.of.verb(typed)
	var lines []action
	if ok {
		lines = verb.lines(args)
	}
	recent, others := p.recent()
	recent = slices.DeleteFunc(recent, func(a action) bool { return hasTitle(lines, a.title) })
	p.found = slices.Concat(lines, recent, others, p.of.verbActions(verb))
	commands := make([]component.Command, len(p.found))
	for i, a := range p.found {
		commands[i] = component.Command{ID: strconv.Itoa(i), Title: a.title, Key: a.key, Name: a.name, Off: a.off, Fill: a.fill, More: a.fill != ""}
		if i < len(lines) {
			commands[i].Fill = a.title
		}
	}
	n := len(lines)
	finding := component.Finding{Commands: component.Match(commands[n:], typed)}
	if ok && verb.free {
		finding.Commands = slices.Concat(commands[:n], finding.Commands)
	} else if ok {
		finding.Commands = append(component.Match(commands[:n], typed), finding.Commands...)
	}
	if ok && len(finding.Commands) == 0 {
		finding.Error = verb.explain(args)
	}
	return finding
}

// hasTitle reports whether any of the actions has a title.
func hasTitle(all []action, title string) bool {
	return slices.ContainsFunc(all, func(a action) bool { return a.title == title })
}

// recent returns the actions that were used last, the latest first, and the others.
func (p *palette) recent() (recent, others []action) {
	others = slices.Clone(p.actions)
	for _, title := range p.of.recent {
		if at := slices.IndexFunc(others, func(a action) bool { return a.title == title }); at >= 0 {
			recent, others = append(recent, others[at]), slices.Delete(others, at, at+1)
		} else if line, ok := p.of.line(title); ok {
			recent = append(recent, line)
		}
	}
	return recent, others
}

// maxRecent limits the list of recent commands.
const maxRecent = 20

// used moves an action to the front of the recent ones.
func (c *commander) used(title string) {
	c.recent = slices.DeleteFunc(c.recent, func(other string) bool { return other == title })
	c.recent = slices.Insert(c.recent, 0, title)
	c.recent = c.recent[:min(len(c.recent), maxRecent)]
}

// actions returns all actions: those of the front screen, then those of every screen, then those of the
// other views, which go there first. An action that is disabled is listed with the reason, so that a
// search for it does not find something else.
func (c *commander) actions() []action {
	var out []action
	m, front := c.m, c.m.views.front()
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
	add("", preferences{m}.shownBindings(front.Bindings()), here)
	add("", preferences{m}.shownBindings(m.globals()), here)
	add("", urgent(), here)
	add("", m.fire.Actions(front), here)
	add("", preferences{m}.settingActions(), here)
	for v, stack := range m.views.stacks {
		if screen.View(v) != m.views.current && len(stack) == 1 {
			add(stack[0].Title()+": ", stack[0].Bindings(), func(b screen.Binding) tea.Cmd { return c.pressIn(screen.View(v), b.Keys[0]) })
		}
	}
	return out
}

// pressIn goes to a view and presses a key there once the view has been read.
func (c *commander) pressIn(v screen.View, key string) tea.Cmd {
	m := c.m
	return tea.Batch(m.views.jump(screen.GoMsg{View: v}), m.keys.afterKeys(func() tea.Cmd {
		done, _ := screen.Run(m.views.front().Bindings(), key)
		return done
	}))
}

// foundMsg reports whether the record that a command names exists.
type foundMsg struct {
	palette *palette
	title   string
	open    tea.Cmd // nil: there is no such record
	err     error
}

// Update passes keys to the palette until a command is picked.
func (p *palette) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyMsg:
		return p.key(msg)
	case foundMsg:
		if msg.palette != p {
			return nil
		}
		if msg.err != nil {
			p.palette.Refuse(screen.OneLine(msg.err))
			return nil
		}
		p.of.used(msg.title)
		return tea.Batch(screen.Dismiss(p), msg.open)
	}
	return nil
}

// key handles a key, and runs the action that was chosen.
func (p *palette) key(key tea.KeyMsg) tea.Cmd {
	command, done := p.palette.Key(key)
	if !done {
		return nil
	}
	i, err := strconv.Atoi(command)
	if err != nil {
		return screen.Dismiss(p)
	}
	a := p.found[i]
	if a.lookup {
		return p.lookup(a)
	}
	p.of.used(a.title)
	return tea.Batch(screen.Dismiss(p), a.do())
}

// lookup runs an action that answers with a foundMsg, and keeps the palette open until then.
func (p *palette) lookup(a action) tea.Cmd {
	cmd := a.do()
	return func() tea.Msg {
		msg, _ := cmd().(foundMsg)
		msg.palette, msg.title = p, a.title
		return msg
	}
}

// View draws the palette.
func (p *palette) View(width, _ int) string { return p.palette.View(p.of.m.env.Theme, width) }
