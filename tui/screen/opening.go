package screen

import (
	tea "github.com/charmbracelet/bubbletea"
)

// OpenedMsg is what a command answered that leads to an overlay.
type OpenedMsg struct{ Msg tea.Msg }

// Opening has the keys wait that come behind one that opens an overlay once it has read
// something.
func (s *Env) Opening(cmd tea.Cmd) tea.Cmd {
	s.Openings++
	return func() tea.Msg { return OpenedMsg{cmd()} }
}
