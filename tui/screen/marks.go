package screen

import (
	"cmp"
	"slices"

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

// dropStaleMarks removes the marks of records that are no longer kept, as far as the list shows
// that, which must be one of all records.
func (b *Browser[R, D]) dropStaleMarks() {
	if !b.filter.choosesAll() || b.list.jumps || b.list.rows.Running || b.list.Err != nil || b.list.Paused {
		return // the span may still be that of a filter, or old
	}
	gone, _ := b.list.missing(b.list.Marked())
	for _, id := range gone {
		b.list.Table.Unmark(id.String())
	}
}

// marksWord says how many records are marked, and how many of them the filter leaves out if that
// is known, for the left of the position.
func (b *Browser[R, D]) marksWord() string {
	marked := b.list.Marked()
	if len(marked) == 0 {
		return ""
	}
	text := Thousands(int64(len(marked))) + " marked"
	if hidden, sure := b.list.missing(marked); sure && len(hidden) > 0 && !b.filter.choosesAll() {
		text += ", " + Thousands(int64(len(hidden))) + " not shown"
	}
	return text + "   "
}

// missing returns which records are not in the list. It is not sure of those before and after
// the span, and then returns fewer.
func (t *Timeline[T]) missing(ids []storage.ID) (none []storage.ID, sure bool) {
	sure = true
	for _, id := range ids {
		at, found := slices.BinarySearchFunc(t.Span.Items, id, func(item T, id storage.ID) int { return cmp.Compare(t.Source.ID(item), id) })
		switch {
		case found:
		case at == 0 && t.Span.older || at == t.Len() && t.Span.newer:
			sure = false
		default:
			none = append(none, id)
		}
	}
	return none, sure
}
