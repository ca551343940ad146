package tui

import (
	"slices"
	"strings"

	"backchannel/storage"
	"backchannel/tui/screen"
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
	case stepMsg:
		return m.answered(msg)
	case overdueMsg:
		return m.release(msg.of)
	case tea.ResumeMsg:
		return tea.Batch(tea.ClearScreen, m.refresh(storage.ChangedAll))
	case screen.ContinueMsg:
		if msg.Waited {
			m.env.Waiting--
		}
		return m.dispatch(msg.Then())
	}
	if cmd, mine := m.navigate(msg); mine {
		return cmd
	}
	return m.broadcast(msg)
}

// navigate does what screens and overlays ask of the root.
func (m *Model) navigate(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case screen.OpenMsg:
		m.stacks[m.current] = append(m.stacks[m.current], msg.Screen)
		m.env.Zoomed = false
		return m.refresh(storage.ChangedAll), true
	case screen.CloseMsg:
		cmd := m.close(msg.Screen)
		if msg.Then != nil {
			return tea.Batch(cmd, m.goTo(msg.Then.View, msg.Then.ID)), true
		}
		return cmd, true
	case screen.OverlayMsg:
		m.overlays = append(m.overlays, msg.Overlay)
		return nil, true
	case screen.DismissMsg:
		m.overlays = slices.DeleteFunc(m.overlays, func(o screen.Overlay) bool { return o == msg.Overlay })
		return nil, true
	case screen.GoMsg:
		trail, from := m.trail, m.current
		cmd := m.goTo(msg.View, msg.ID)
		if msg.Back && msg.View != from {
			m.trail = slices.Concat(trail, []screen.View{from})
		}
		return cmd, true
	case screen.ToastMsg:
		return m.toast(msg.Toast), true
	case toastOverMsg:
		return m.dropToasts(), true
	case screen.CopyMsg:
		return m.copy(msg), true
	}
	return nil, false
}

// broadcast hands a message to everybody: answers find their query by themselves.
func (m *Model) broadcast(msg tea.Msg) tea.Cmd {
	a, fresh, cmd := m.reading.Take(msg)
	if fresh {
		m.env.Status = a.Value
		m.env.Status.Err = a.Err
	}
	cmds := []tea.Cmd{cmd, m.fire.Update(msg)}
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
		return tea.Batch(m.reading.Ask(m.readStatus), m.awaitTick())
	}
	return m.awaitTick()
}

// key looks a key up: in the overlay in front, the screen in front, the root.
func (m *Model) key(msg tea.KeyMsg) tea.Cmd {
	key := msg.String()
	if cmd, ok := screen.Run(m.urgent(), key); ok {
		return cmd
	}
	if m.tooSmall() {
		return nil // nobody should act on what they cannot see
	}
	if o := m.top(); o != nil {
		return m.overlayKey(o, msg)
	}
	front := m.front()
	if key == "esc" && m.fire.Stop() {
		return nil
	}
	if key == "esc" || key == "q" && !typing(front) {
		return m.back(key)
	}
	if typing(front) && screen.Typed(msg) {
		return front.Update(msg)
	}
	if cmd, ok := screen.Run(front.Bindings(), key); ok {
		return cmd
	}
	if cmd, ok := screen.Run(m.globals(), key); ok {
		return cmd
	}
	if !typing(front) && !moves(msg) {
		return screen.Say(screen.AboutKeys(useless(msg) + "; ? tells what each key does"))
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

func (m *Model) overlayKey(o screen.Overlay, msg tea.KeyMsg) tea.Cmd {
	if msg.String() != "esc" {
		return o.Update(msg)
	}
	if b, ok := o.(screen.Backer); ok {
		if cmd, took := b.Back(); took {
			return cmd
		}
	}
	m.overlays = m.overlays[:len(m.overlays)-1]
	return nil
}

func typing(s screen.Screen) bool {
	t, ok := s.(screen.Typer)
	return ok && t.Typing()
}

// back leads one step back. At a view's root esc does nothing, and q ends, unless more
// came with it: who quits types nothing behind it, but in a pasted text there is more.
func (m *Model) back(key string) tea.Cmd {
	front := m.front()
	if b, ok := front.(screen.Backer); ok {
		if cmd, took := b.Back(); took {
			return cmd
		}
	}
	switch {
	case m.env.Zoomed:
		m.env.Zoomed = false
	case len(m.stacks[m.current]) > 1:
		return m.close(front)
	case len(m.trail) > 0:
		last := len(m.trail) - 1
		trail, v := m.trail[:last], m.trail[last]
		cmd := m.goTo(v, 0)
		m.trail = trail
		return cmd
	case key == "q" && m.more:
		return screen.Say(screen.Warn("q with more keys right behind it looks like pasted text: press it alone to quit"))
	case key == "q":
		return tea.Quit
	}
	return nil
}

func (m *Model) close(s screen.Screen) tea.Cmd {
	for v, stack := range m.stacks {
		m.stacks[v] = slices.DeleteFunc(stack, func(other screen.Screen) bool { return other == s && other != stack[0] })
	}
	return m.refresh(storage.ChangedAll)
}

func (m *Model) goTo(v screen.View, id storage.ID) tea.Cmd {
	if int(v) >= len(m.stacks) {
		return nil
	}
	if v != m.current {
		m.env.Zoomed = false
	}
	m.current, m.trail = v, nil
	cmd := m.refresh(storage.ChangedAll)
	if r, ok := m.stacks[v][0].(screen.Revealer); ok && id != 0 {
		return tea.Batch(cmd, r.Reveal(id))
	}
	return cmd
}

func (m *Model) copy(msg screen.CopyMsg) tea.Cmd {
	m.copied = msg
	ctx, put := m.env.Context, m.cfg.Copy
	return func() tea.Msg {
		how, err := put(ctx, msg.Text)
		if err != nil {
			return screen.ToastMsg{Toast: screen.Bad("copy " + msg.Label + ": " + err.Error() + "; Y shows it, to be selected")}
		}
		return screen.ToastMsg{Toast: screen.Good(msg.Label + " " + how + "; Y shows it")}
	}
}

func (m *Model) switchTheme() tea.Cmd {
	m.env.Theme = style.New(m.cfg.Renderer, !m.env.Theme.Dark)
	return screen.Send(screen.ThemeMsg{})
}
