package activity

import (
	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// ListTable returns the table of the list.
func (a *Screen) ListTable() *component.Table { return &a.table }

// FilterText returns the filter that is in force. It returns false while one is typed.
func (a *Screen) FilterText() (string, bool) { return a.filter.InForce() }

// KeepFilter filters by a text that was kept, or returns why the text is not a filter.
func (a *Screen) KeepFilter(text string) (tea.Cmd, error) {
	if err := a.filter.Check(text); err != nil {
		return nil, err
	}
	a.filter.Set(text)
	a.limit = all // as if it had been typed
	a.applyFilter()
	return nil, nil
}
