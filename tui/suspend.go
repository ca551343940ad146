package tui

import tea "github.com/charmbracelet/bubbletea"

// A suspender has the store held from before the process is stopped until it goes on, so
// that it is not stopped in the middle of a commit, which others would have to wait for.
type suspender struct {
	hold    func() (release func()) // nil: there is nothing to hold
	release func()                  // nil while nothing is held
}

// filter is a tea.WithFilter: it sees each message before bubbletea acts on it.
func (s *suspender) filter(_ tea.Model, msg tea.Msg) tea.Msg {
	switch msg.(type) {
	case tea.SuspendMsg:
		s.resume()
		if s.hold != nil {
			s.release = s.hold()
		}
	case tea.ResumeMsg:
		s.resume()
	}
	return msg
}

func (s *suspender) resume() {
	if s.release != nil {
		s.release()
		s.release = nil
	}
}
