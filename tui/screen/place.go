package screen

import (
	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// Place returns what the browser shows.
func (b *Browser[R, D]) Place() Place { return b.place(b.list.SelectedID(), b.Tabs.At) }

// Return shows a place again.
func (b *Browser[R, D]) Return(to Place) tea.Cmd {
	here := b.Place()
	b.Focused, b.Tabs.At = to.Pane, to.Tab
	if here.Filter == to.Filter && here.ID == to.ID && !to.Follows {
		return nil
	}
	b.filter.Set(to.Filter)
	b.matches.source()
	return tea.Batch(b.list.Return(to.ID, to.Follows), b.follow(), b.matches.count())
}

// Nearer says what esc does before it leads back.
func (b *Browser[R, D]) Nearer() string {
	near := b.filteredTable.Nearer()
	if near == "" && b.list.Table.Marks.Any() {
		return "clear the marks"
	}
	return near
}

// Place returns what the inventory shows.
func (i *Inventory[R]) Place() Place { return i.place(i.selectedID(), 0) }

// Return shows a place again.
func (i *Inventory[R]) Return(to Place) tea.Cmd {
	here := i.Place()
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
