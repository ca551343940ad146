package tui

import (
	"slices"
	"strings"

	"backchannel/storage"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// Update takes a message, and then the keys that waited for it.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if key, ok := msg.(tea.KeyMsg); ok {
		return m, m.keys(key)
	}
	cmd := m.update(msg)
	return m, tea.Batch(cmd, m.wake())
}

// update takes the messages for the root and hands on all others.
func (m *Model) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
		return nil
	case changeMsg:
		return tea.Batch(m.refresh(storage.Change(msg)), m.awaitChange())
	case noticeMsg:
		m.banner = string(msg)
		return m.awaitNotice()
	case tickMsg:
		return m.tick(pulse(msg))
	case tea.ResumeMsg:
		return tea.Batch(tea.ClearScreen, m.refresh(storage.ChangedAll))
	case openedMsg:
		m.shared.openings--
		return m.settle(m.update(msg.msg))
	}
	if cmd, mine := m.navigate(msg); mine {
		return cmd
	}
	return m.broadcast(msg)
}

// navigate does what screens and overlays ask of the root.
func (m *Model) navigate(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case openMsg:
		m.stacks[m.current] = append(m.stacks[m.current], msg.screen)
		m.shared.zoomed = false
		return m.refresh(storage.ChangedAll), true
	case closeMsg:
		cmd := m.close(msg.screen)
		if msg.then != nil {
			return tea.Batch(cmd, m.goTo(msg.then.view, msg.then.id)), true
		}
		return cmd, true
	case overlayMsg:
		m.overlays = append(m.overlays, msg.overlay)
		return nil, true
	case dismissMsg:
		m.overlays = slices.DeleteFunc(m.overlays, func(o overlay) bool { return o == msg.overlay })
		return nil, true
	case goMsg:
		trail, from := m.trail, m.current
		cmd := m.goTo(msg.view, msg.id)
		if msg.back && msg.view != from {
			m.trail = slices.Concat(trail, []view{from})
		}
		return cmd, true
	case toastMsg:
		return m.toast(msg.toast), true
	case toastOverMsg:
		return m.dropToasts(), true
	case copyMsg:
		return m.copy(msg), true
	}
	return nil, false
}

// broadcast hands a message to everybody: answers find their query by themselves.
func (m *Model) broadcast(msg tea.Msg) tea.Cmd {
	a, fresh, cmd := m.reading.take(msg)
	if fresh {
		m.shared.status = a.value
		m.shared.status.err = a.err
	}
	cmds := []tea.Cmd{cmd, m.shared.fire.Update(msg)}
	for _, o := range m.overlays {
		cmds = append(cmds, o.Update(msg))
	}
	for _, stack := range m.stacks {
		for _, s := range stack {
			cmds = append(cmds, s.Update(msg))
		}
	}
	return tea.Batch(cmds...)
}

// tick reads the status if the pulse is another than before, since a leader that dies tells
// nobody. Being drawn once more is what relative times need.
func (m *Model) tick(now pulse) tea.Cmd {
	changed := now != m.pulse
	m.pulse = now
	if changed {
		return tea.Batch(m.reading.ask(m.shared.readStatus), m.awaitTick())
	}
	return m.awaitTick()
}

// key looks a key up: in the overlay in front, the screen in front, the root.
func (m *Model) key(msg tea.KeyMsg) tea.Cmd {
	key := msg.String()
	if cmd, ok := run(m.urgent(), key); ok {
		return cmd
	}
	if m.tooSmall() {
		return nil // nobody should act on what they cannot see
	}
	if o := m.top(); o != nil {
		return m.overlayKey(o, msg)
	}
	front := m.front()
	if key == "esc" && m.shared.fire.stop() {
		return nil
	}
	if key == "esc" || key == "q" && !typing(front) {
		return m.back(key)
	}
	if typing(front) && typed(msg) {
		return front.Update(msg)
	}
	if cmd, ok := run(front.Bindings(), key); ok {
		return cmd
	}
	if cmd, ok := run(m.globals(), key); ok {
		return cmd
	}
	if !typing(front) && !moves(msg) {
		return say(aboutKeys(useless(msg) + "; ? tells what each key does"))
	}
	return front.Update(msg)
}

// moves reports whether a key is one of those that lists and texts take.
func moves(msg tea.KeyMsg) bool {
	switch msg.String() {
	case "j", "k", "g", "G", "h", "l", "up", "down", "left", "right", "home", "end", "pgup", "pgdown", "ctrl+d", "ctrl+u":
		return true
	}
	return false
}

func useless(msg tea.KeyMsg) string {
	if msg.Paste {
		return "nothing here takes a pasted text"
	}
	return strings.ReplaceAll(msg.String(), " ", "space") + " does nothing here"
}

func (m *Model) overlayKey(o overlay, msg tea.KeyMsg) tea.Cmd {
	if msg.String() != "esc" {
		return o.Update(msg)
	}
	if b, ok := o.(backer); ok {
		if cmd, took := b.Back(); took {
			return cmd
		}
	}
	m.overlays = m.overlays[:len(m.overlays)-1]
	return nil
}

func typing(s screen) bool {
	t, ok := s.(typer)
	return ok && t.Typing()
}

// back leads one step back. At a view's root esc does nothing, and q ends, unless more
// came with it: who quits types nothing behind it, but in a pasted text there is more.
func (m *Model) back(key string) tea.Cmd {
	front := m.front()
	if b, ok := front.(backer); ok {
		if cmd, took := b.Back(); took {
			return cmd
		}
	}
	switch {
	case m.shared.zoomed:
		m.shared.zoomed = false
	case len(m.stacks[m.current]) > 1:
		return m.close(front)
	case len(m.trail) > 0:
		last := len(m.trail) - 1
		trail, v := m.trail[:last], m.trail[last]
		cmd := m.goTo(v, 0)
		m.trail = trail
		return cmd
	case key == "q" && m.more:
		return say(warn("q with more keys right behind it looks like pasted text: press it alone to quit"))
	case key == "q":
		return tea.Quit
	}
	return nil
}

func (m *Model) close(s screen) tea.Cmd {
	for v, stack := range m.stacks {
		m.stacks[v] = slices.DeleteFunc(stack, func(other screen) bool { return other == s && other != stack[0] })
	}
	return m.refresh(storage.ChangedAll)
}

func (m *Model) goTo(v view, id storage.ID) tea.Cmd {
	if int(v) >= len(m.stacks) {
		return nil
	}
	if v != m.current {
		m.shared.zoomed = false
	}
	m.current, m.trail = v, nil
	cmd := m.refresh(storage.ChangedAll)
	if r, ok := m.stacks[v][0].(revealer); ok && id != 0 {
		return tea.Batch(cmd, r.Reveal(id))
	}
	return cmd
}

func (m *Model) copy(msg copyMsg) tea.Cmd {
	m.copied = msg
	ctx, put := m.shared.ctx, m.shared.Copy
	return func() tea.Msg {
		how, err := put(ctx, msg.text)
		if err != nil {
			return toastMsg{bad("copy " + msg.label + ": " + err.Error() + "; Y shows it, to be selected")}
		}
		return toastMsg{good(msg.label + " " + how + "; Y shows it")}
	}
}

func (m *Model) switchTheme() tea.Cmd {
	m.shared.theme = style.New(m.shared.Renderer, !m.shared.theme.Dark)
	return send(themeMsg{})
}
