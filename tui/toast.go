package tui

import (
	"time"

	"backchannel/storage"
	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// What toasts say, by how it went. A toast with an ID replaces an earlier one.

type toastOverMsg struct{}

// toast shows a message for a while.
func (m *Model) toast(t component.Toast) tea.Cmd {
	m.toasts.Push(m.env.Now(), t)
	return tea.Batch(m.awaitToast(), m.keep(t))
}

// keep has Activity tell of an error, which a toast may have no room for. What became of
// deliveries stands there anyway, and that the store cannot be read it could not keep.
func (m *Model) keep(t component.Toast) tea.Cmd {
	if t.Outcome != component.Error || t.ID != "" {
		return nil
	}
	ctx, add := m.env.Context, m.cfg.Store.AddActivity
	return func() tea.Msg {
		_ = add(ctx, storage.Activity{Kind: storage.ActivityError, Text: t.Text}) // it is on the screen
		return nil
	}
}

func (m *Model) dropToasts() tea.Cmd {
	m.toasts.Expire(m.env.Now())
	return m.awaitToast()
}

func (m *Model) awaitToast() tea.Cmd {
	wait, any := m.toasts.Wait(m.env.Now())
	if !any {
		return nil
	}
	return tea.Tick(wait, func(time.Time) tea.Msg { return toastOverMsg{} })
}
