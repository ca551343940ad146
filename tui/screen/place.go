package screen

import (
	"context"

	"backchannel/storage"
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
	b.source()
	return tea.Batch(b.list.Return(to.ID, to.Follows), b.readSelected(), b.count())
}

// Nearer says what esc does before it leads back.
func (b *Browser[R, D]) Nearer() string {
	near := b.filteredTable.Nearer()
	if near == "" && b.list.Table.HasMarks() {
		return "clear the marks"
	}
	return near
}

// Return selects a record again, or the next one if it is gone. If it was selected as the newest
// and still is that, the timeline follows on.
func (t *Timeline[T]) Return(id storage.ID, follows bool) tea.Cmd {
	if id == 0 {
		t.Table.Follow(follows)
		return t.jump(t.Source.newest(t.until))
	}
	t.Table.Follow(false)
	read := t.Source.around(id, t.until)
	return t.jump(func(ctx context.Context) (span[T], error) {
		found, err := read(ctx)
		found.near, found.follows = id, follows
		return found, err
	})
}

// followOn follows the newest record again if a span selects it for that.
func (t *Timeline[T]) followOn(of span[T]) {
	if of.follows && !of.newer && t.Table.Index() == t.Len()-1 {
		t.Table.Follow(true)
	}
}

// Place returns what the inventory shows.
func (i *Inventory[R]) Place() Place { return i.place(i.selectedID(), 0) }

func (i *Inventory[R]) selectedID() storage.ID {
	if row, ok := i.Selected(); ok {
		return i.spec.ID(row)
	}
	return 0
}

// Return shows a place again.
func (i *Inventory[R]) Return(to Place) tea.Cmd {
	here := i.Place()
	i.panes.Focused = to.Pane
	if here.Filter == to.Filter && here.ID == to.ID && !to.Follows {
		return nil
	}
	i.filter.Set(to.Filter)
	i.applyFilter()
	i.table.Select(to.ID.String())
	i.table.Follow(to.Follows && i.table.Index() == i.records.Len()-1)
	i.detail = component.Viewer{}
	return i.spec.Moved()
}
