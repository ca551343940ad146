package tui

import (
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

func TestWritesArePausedWhileSuspended(t *testing.T) {
	t.Parallel()
	pauses := 0
	s := &suspender{pauseWrites: func() func() { pauses++; return func() { pauses-- } }}
	for _, step := range []struct {
		msg    tea.Msg
		pauses int
	}{{tea.KeyMsg{}, 0}, {tea.SuspendMsg{}, 1}, {tea.KeyMsg{}, 1}, {tea.SuspendMsg{}, 1}, {tea.ResumeMsg{}, 0}, {tea.ResumeMsg{}, 0}} {
		if got := s.filter(nil, step.msg); got == nil || pauses != step.pauses {
			t.Errorf("after %T, got message %v and %d pauses, want a message and %d", step.msg, got, pauses, step.pauses)
		}
	}
	(&suspender{}).filter(nil, tea.SuspendMsg{})
}
