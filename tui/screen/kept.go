package screen

import (
	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// A Keeper has a list whose columns and filter are kept from one console to the next.
type Keeper interface {
	// ListTable returns the table of the list.
	ListTable() *component.Table
	// FilterText returns the filter that is in force. It returns false while one is typed.
	FilterText() (string, bool)
	// KeepFilter filters by a text that was kept, or returns why the text is not a filter.
	KeepFilter(text string) (tea.Cmd, error)
}

// ListTable returns the table of the list.
func (b *Browser[R, D]) ListTable() *component.Table { return &b.list.Table }

// FilterText returns the filter that is in force. It returns false while one is typed.
func (b *Browser[R, D]) FilterText() (string, bool) { return b.filter.InForce() }

// KeepFilter filters by a text that was kept, or returns why the text is not a filter.
func (b *Browser[R, D]) KeepFilter(text string) (tea.Cmd, error) {
	if err := b.filter.Check(text); err != nil {
		return nil, err
	}
	b.filter.Set(text)
	return b.choose(), nil
}

// ListTable returns the table of the list.
func (i *Inventory[R]) ListTable() *component.Table { return &i.table }

// FilterText returns the filter that is in force. It returns false while one is typed.
func (i *Inventory[R]) FilterText() (string, bool) { return i.filter.InForce() }

// KeepFilter filters by a text that was kept, or returns why the text is not a filter.
func (i *Inventory[R]) KeepFilter(text string) (tea.Cmd, error) {
	if err := i.filter.Check(text); err != nil {
		return nil, err
	}
	return i.FilterBy(text), nil
}
