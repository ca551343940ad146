package tui

import (
	tea "github.com/charmbracelet/bubbletea"
)

// An overlay is a box over whatever is shown: a menu, a question, the help. While
// it is there all keys are its own but ctrl+c and ctrl+z; esc takes it away
// unless it is a backer that says otherwise.
type overlay interface {
	Update(tea.Msg) tea.Cmd
	// View draws a box of at most width by height cells.
	View(width, height int) string
}
