package tui

import (
	"time"

	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// What toasts say, by how it went. A toast with an ID replaces an earlier one.

func good(text string) component.Toast { return component.Toast{Outcome: component.OK, Text: text} }
func info(text string) component.Toast { return component.Toast{Outcome: component.Info, Text: text} }
func warn(text string) component.Toast { return component.Toast{Outcome: component.Warn, Text: text} }
func bad(text string) component.Toast  { return component.Toast{Outcome: component.Error, Text: text} }

type toastOverMsg struct{}

// toast shows a message for a while.
func (m *Model) toast(t component.Toast) tea.Cmd {
	m.toasts.Push(m.shared.Now(), t)
	return m.awaitToast()
}

func (m *Model) dropToasts() tea.Cmd {
	m.toasts.Expire(m.shared.Now())
	return m.awaitToast()
}

func (m *Model) awaitToast() tea.Cmd {
	wait, any := m.toasts.Wait(m.shared.Now())
	if !any {
		return nil
	}
	return tea.Tick(wait, func(time.Time) tea.Msg { return toastOverMsg{} })
}
