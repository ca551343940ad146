package tui

import tea "github.com/charmbracelet/bubbletea"

// A suspender pauses this process's writes while it is suspended. Otherwise it could be stopped
// within a commit, for which all other processes would have to wait.
type suspender struct {
	hold    func() (release func()) // pauses writes; nil: not needed
	release func()                  // nil while writes are not paused
}

// filter is for tea.WithFilter, so that it gets each message before bubbletea acts on it.
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

// resume lets the process write again.
func (s *suspender) resume() {
	if s.release != nil {
		s.release()
		s.release = nil
	}
}
