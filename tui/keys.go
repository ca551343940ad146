package tui

import (
	"slices"
	"time"

	"backchannel/tui/screen"
	"backchannel/tui/webhooks"

	tea "github.com/charmbracelet/bubbletea"
)

// A pendingKey is a key that came before what it is about was there, or something else to be done
// in its turn.
type pendingKey struct {
	key  tea.KeyMsg
	rest bool           // of a message whose first keys were taken
	do   func() tea.Cmd // instead of the key, if not nil
}

// keys takes a key, or lets it wait: for those that came before it, and for what is still
// to be read. So none is lost, and they keep their order.
func (m *Model) keys(msg tea.KeyMsg) tea.Cmd {
	if _, urgent := screen.Run(m.urgent(), msg.String()); !urgent && (len(m.typeahead) > 0 || m.waits(msg)) {
		m.typeahead = append(m.typeahead, pendingKey{key: msg})
		return nil
	}
	return m.taken(msg)
}

// taken takes the keys of a message one by one: a slow line, a script or quick fingers
// bring several letters at once. Where one types, they are a text; passed on as a paste,
// it cannot be mistaken for the name of a key.
func (m *Model) taken(msg tea.KeyMsg) tea.Cmd {
	if _, urgent := screen.Run(m.urgent(), msg.String()); !urgent && m.looksPasted(msg) {
		return screen.Say(screen.AboutKeys("that looks like pasted text; nothing here takes it"))
	}
	return m.takeKeys(msg)
}

// takeKeys takes them if they are not a text that was pasted.
func (m *Model) takeKeys(msg tea.KeyMsg) tea.Cmd {
	m.taking = true
	defer func() { m.taking, m.more = false, false }()
	if msg.Type != tea.KeyRunes || msg.Paste {
		return m.dispatchKey(msg)
	}
	var cmds []tea.Cmd
	for i, r := range msg.Runes {
		rest := tea.KeyMsg{Type: tea.KeyRunes, Runes: msg.Runes[i:], Alt: msg.Alt}
		if i > 0 && m.waits(rest) {
			m.typeahead = slices.Insert(m.typeahead, 0, pendingKey{key: rest, rest: true})
			break
		}
		if len(rest.Runes) > 1 && !msg.Alt && m.top() == nil && typing(m.front()) {
			rest.Paste = true
			return tea.Batch(append(cmds, m.dispatchKey(rest))...)
		}
		m.more = i < len(msg.Runes)-1
		cmds = append(cmds, m.dispatchKey(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}, Alt: msg.Alt}))
	}
	return tea.Batch(cmds...)
}

// waits reports whether what a key is about is still to be read. Whoever wants to leave may
// always.
func (m *Model) waits(msg tea.KeyMsg) bool {
	if msg.Type == tea.KeyRunes && len(msg.Runes) > 1 {
		msg.Runes = msg.Runes[:1] // of several keys in one message, the first one
	}
	switch front, ok := m.front().(screen.Busier); {
	case !m.ready(), m.env.Waiting > 0, m.dispatched != nil:
		return true
	case !ok || m.top() != nil || msg.String() == "esc":
		return false
	default:
		return front.Busy(msg)
	}
}

// ready reports whether what is shown first was read: until then a key would meet nothing
// that it could be about.
func (m *Model) ready() bool {
	first, ok := m.stacks[screen.ViewWebhooks][0].(*webhooks.Screen)
	return m.awake || m.fire.Tried && (!ok || first.Tried())
}

// wake takes the keys that came too early, as far as they are of use now.
func (m *Model) wake() tea.Cmd {
	if m.taking || !m.ready() {
		return nil
	}
	m.awake = true
	var cmds []tea.Cmd
	for len(m.typeahead) > 0 && !m.waits(m.typeahead[0].key) {
		next := m.typeahead[0]
		m.typeahead = m.typeahead[1:]
		if next.do != nil {
			cmds = append(cmds, m.dispatch(next.do()))
			continue
		}
		if next.rest {
			cmds = append(cmds, m.takeKeys(next.key))
			continue
		}
		cmds = append(cmds, m.taken(next.key))
	}
	return tea.Batch(cmds...)
}

const (
	pasteLength = 16                     // keys; nobody presses so many different ones at once
	pastePause  = 100 * time.Millisecond // ends a paste
)

// looksPasted reports whether a key is part of a text that a terminal without bracketed paste
// put where nobody types: many different letters at once, and what comes right behind.
func (m *Model) looksPasted(msg tea.KeyMsg) bool {
	now := m.env.Now()
	runes := slices.Compact(slices.Clone(msg.Runes))
	begins := msg.Type == tea.KeyRunes && !msg.Paste && len(runes) >= pasteLength && m.top() == nil && !typing(m.front())
	if !begins && !now.Before(m.pasteUntil) {
		return false
	}
	m.pasteUntil = now.Add(pastePause)
	return true
}

// dispatchKey takes a key and, unless it is text, has the keys behind it wait for what it
// brings about.
func (m *Model) dispatchKey(msg tea.KeyMsg) tea.Cmd {
	text := m.top() == nil && typing(m.front()) && screen.Typed(msg)
	cmd := m.key(msg)
	if text {
		return cmd
	}
	return m.dispatch(cmd)
}
