package screen

import (
	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// Bookmark returns the state of the browser.
func (b *Browser[R, D]) Bookmark() Bookmark { return b.bookmark(b.list.SelectedID(), b.Tabs.At) }

// Return restores a state. It reads nothing if the list already shows the same records.
func (b *Browser[R, D]) Return(to Bookmark) tea.Cmd {
	here := b.Bookmark()
	b.Focused, b.Tabs.At = to.Pane, to.Tab
	if here.Filter == to.Filter && here.ID == to.ID && !to.Follows {
		return nil
	}
	b.filter.Set(to.Filter)
	b.matches.source()
	return tea.Batch(b.list.goBack(to.ID, to.Follows), b.follow(), b.matches.count())
}

// BackLabel returns what esc does before it closes the screen, or "".
func (b *Browser[R, D]) BackLabel() string {
	near := b.filteredTable.BackLabel()
	if near == "" && b.list.Table.Marks.Any() {
		return "clear the marks"
	}
	return near
}

// Bookmark returns the state of the inventory.
func (i *Inventory[R]) Bookmark() Bookmark { return i.bookmark(i.selectedID(), 0) }

// Return restores a state.
func (i *Inventory[R]) Return(to Bookmark) tea.Cmd {
	here := i.Bookmark()
	i.panes.Focused = to.Pane
	if here.Filter == to.Filter && here.ID == to.ID && !to.Follows {
		return nil
	}
	i.filter.Set(to.Filter)
	i.choose()
	i.table.Select(to.ID.String())
	i.table.Follow(to.Follows && i.table.Index() == i.shown.Len()-1)
	i.detail = component.Viewer{}
	return i.spec.Moved()
}
