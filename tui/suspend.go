package tui

import tea "github.com/charmbracelet/bubbletea"

// A suspender pauses this process's writes while it is suspended. Otherwise the process could be stopped
// during a commit, with the database's lock, for which all other processes would have to wait.
type suspender struct {
	pauseWrites func() (release func()) // pauses writes; nil: not needed
	release     func()                  // nil while writes are not paused
}

// filter is passed to tea.WithFilter, so that it gets each message before bubbletea acts on it.
func (s *suspender) filter(_ tea.Model, msg tea.Msg) tea.Msg {
	switch msg.(type) {
	case tea.SuspendMsg:
		s.resume()
		if s.pauseWrites != nil {
			s.release = s.pauseWrites()
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
