package tui

import (
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

func TestWritesArePausedWhileSuspended(t *testing.T) {
	t.Parallel()
	held := 0
	s := &suspender{pauseWrites: func() func() { held++; return func() { held-- } }}
	for _, step := range []struct {
		msg  tea.Msg
		held int
	}{{tea.KeyMsg{}, 0}, {tea.SuspendMsg{}, 1}, {tea.KeyMsg{}, 1}, {tea.SuspendMsg{}, 1}, {tea.ResumeMsg{}, 0}, {tea.ResumeMsg{}, 0}} {
		if got := s.filter(nil, step.msg); got == nil || held != step.held {
			t.Errorf("%T: %v, held %d times, want %d", step.msg, got, held, step.held)
		}
	}
	(&suspender{}).filter(nil, tea.SuspendMsg{})
}
