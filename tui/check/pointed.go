package check

import tea "github.com/charmbracelet/bubbletea"

// Click selects a case, or moves the focus to a pane. The inventory counts lines from its own top, which is
// below the summary.
func (s *Screen) Click(x, y int) tea.Cmd {
	s.follow = false
	return s.Inventory.Click(x, y-s.above)
}

// Wheel scrolls the pane below the pointer.
func (s *Screen) Wheel(x, y, by int) tea.Cmd {
	s.follow = false
	return s.Inventory.Wheel(x, y-s.above, by)
}
