package screen

import (
	"fmt"

	"backchannel/storage"

	tea "github.com/charmbracelet/bubbletea"
)

// Marked returns the IDs of the marked records, the oldest first. They need not be in the span,
// nor be chosen by the filter.
func (t *Timeline[T]) Marked() []storage.ID {
	var ids []storage.ID
	for _, text := range t.Table.Marks() {
		if id, err := storage.ParseID(text); err == nil { // always: the table has it from an ID
			ids = append(ids, id)
		}
	}
	return ids
}

// MarkBindings returns the keys that mark the selected record, and that remove all marks.
func (b *Browser[R, D]) MarkBindings() []Binding {
	all := []Binding{{Keys: []string{" "}, Label: "mark", Help: "Mark it, or no longer", Do: func() tea.Cmd {
		b.list.Table.Key(tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}})
		return nil
	}}}
	if b.list.Table.HasMarks() {
		all = append(all, Binding{Keys: []string{"u"}, Label: "unmark", Help: "Remove all marks", Do: func() tea.Cmd {
			b.list.Table.ClearMarks()
			return nil
		}})
	}
	return all
}

// dropStaleMarks removes the marks of records that are no longer kept, which only a list of all
// records shows.
func (b *Browser[R, D]) dropStaleMarks() {
	whole := b.all && !b.list.jumps && !b.list.rows.Running // else the span may still be that of a filter
	if whole && b.list.Err == nil && !b.list.Paused && !b.list.Span.older && !b.list.Span.newer {
		b.list.Table.KeepMarks()
	}
}

// marksWord says how many records are marked, and how many of them a filter leaves out if that is
// known, for the left of the position.
func (b *Browser[R, D]) marksWord() string {
	table := &b.list.Table
	if !table.HasMarks() {
		return ""
	}
	marked := len(table.Marks())
	text := Thousands(int64(marked)) + " marked"
	whole := !b.list.Span.older && !b.list.Span.newer // else a mark may be elsewhere in the list
	if hidden := marked - len(table.Marked()); hidden > 0 && !b.all && whole {
		text += fmt.Sprintf(", %s not shown", Thousands(int64(hidden)))
	}
	return text + "   "
}
