package tui

import (
	"time"

	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// keys takes the keys of a message one by one: a slow line, a script or quick fingers
// bring several letters at once. Where one types, they are a text; passed on as a paste,
// it cannot be mistaken for the name of a key.
func (m *Model) keys(msg tea.KeyMsg) tea.Cmd {
	if msg.Type != tea.KeyRunes || msg.Paste {
		return m.settled(msg)
	}
	var cmds []tea.Cmd
	defer func() { m.more = false }()
	for i, r := range msg.Runes {
		if rest := msg.Runes[i:]; len(rest) > 1 && !msg.Alt && m.top() == nil && typing(m.front()) {
			return tea.Batch(append(cmds, m.settled(tea.KeyMsg{Type: tea.KeyRunes, Runes: rest, Paste: true}))...)
		}
		m.more = i < len(msg.Runes)-1
		cmds = append(cmds, m.settled(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}, Alt: msg.Alt}))
	}
	return tea.Batch(cmds...)
}

// settled takes a key and, unless it is text, what it brings about at once: the next key
// may be meant for the overlay that this one opens.
func (m *Model) settled(msg tea.KeyMsg) tea.Cmd {
	text := m.top() == nil && typing(m.front()) && typed(msg)
	cmd := m.key(msg)
	if text {
		return cmd
	}
	return m.settle(cmd)
}

// atOnce is how long a command may take to count as done at once. Moving about takes
// microseconds, unless the machine is busy; the store may take longer.
const atOnce = 30 * time.Millisecond

// settle runs a command and takes what it asks of the console if that comes at once. What
// takes longer, or is not for the console, goes the usual way.
func (m *Model) settle(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	done := make(chan result, 1)
	go func() { done <- try(cmd) }()
	timer := time.NewTimer(atOnce)
	defer timer.Stop()
	select {
	case r := <-done:
		return m.absorb(r.message())
	case <-timer.C:
		return func() tea.Msg { return (<-done).message() }
	}
}

func (m *Model) absorb(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.BatchMsg:
		var cmds []tea.Cmd
		for _, cmd := range msg {
			cmds = append(cmds, m.settle(cmd))
		}
		return tea.Batch(cmds...)
	case openMsg, closeMsg, overlayMsg, dismissMsg, goMsg,
		component.MenuMsg, component.ConfirmMsg, component.PaletteMsg, component.SubmitMsg, component.CancelMsg:
		_, cmd := m.Update(msg)
		return m.settle(cmd)
	case nil:
		return nil
	}
	return send(msg)
}

// A result is what a command answered, or the panic that it ended with.
type result struct {
	msg   tea.Msg
	cause any
}

func try(cmd tea.Cmd) (r result) {
	defer func() { r.cause = recover() }()
	r.msg = cmd()
	return r
}

// message is the answer; a panic goes on where it is asked for.
func (r result) message() tea.Msg {
	if r.cause != nil {
		panic(r.cause)
	}
	return r.msg
}
