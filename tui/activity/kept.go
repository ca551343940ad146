package activity

import (
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// ListTable returns the table of the list.
func (a *Screen) ListTable() *component.Table { return &a.table }

// FilterText returns the filter that is in force. It returns false while one is typed.
func (a *Screen) FilterText() (string, bool) { return a.filter.InForce() }

// KeepFilter filters by a text that was kept. Any text is a filter here.
func (a *Screen) KeepFilter(text string) (tea.Cmd, error) {
	a.filter = screen.NewFilter(text)
	a.limit = all // as if it had been typed
	a.applyFilter()
	return nil, nil
}
