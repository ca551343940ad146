package activity

import (
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// Click selects an activity.
func (a *Screen) Click(_, y int) tea.Cmd {
	a.filter.Typing = false
	a.table.Click(y)
	return nil
}

// Wheel moves in the list.
func (a *Screen) Wheel(_, _, by int) tea.Cmd {
	a.filter.Typing = false
	var cmds []tea.Cmd
	for _, key := range screen.WheelKeys(by) {
		cmds = append(cmds, a.key(key))
	}
	return tea.Batch(cmds...)
}
