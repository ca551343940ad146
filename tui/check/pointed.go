package check

import tea "github.com/charmbracelet/bubbletea"

// Click selects a case, or gives the focus to a pane.
func (s *Screen) Click(x, y int) tea.Cmd {
	s.follow = false
	return s.Inventory.Click(x, y-s.above)
}

// Wheel moves among the cases, or scrolls the detail.
func (s *Screen) Wheel(x, y, by int) tea.Cmd {
	s.follow = false
	return s.Inventory.Wheel(x, y-s.above, by)
}
