package screen

import (
	"backchannel/storage"
	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// marks are the marked records of a list.
type marks[R any] struct {
	list *Timeline[R]
	of   *component.Marks
}

// Marked returns the IDs of the marked records, the oldest first. They need not be in memory or
// match the filter.
func (m marks[R]) Marked() []storage.ID {
	var ids []storage.ID
	for _, text := range m.of.Keys() {
		if id, err := storage.ParseID(text); err == nil { // always: the table has it from an ID
			ids = append(ids, id)
		}
	}
	return ids
}

// MarkBindings returns the keys that mark the selected record and that remove all marks.
func (m marks[R]) MarkBindings() []Binding {
	all := []Binding{{Keys: []string{" "}, Label: "mark", Help: "Mark it or unmark it", Do: func() tea.Cmd {
		m.list.Table.Key(tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}})
		return nil
	}}}
	if m.of.Any() {
		all = append(all, Binding{Keys: []string{"u"}, Label: "unmark", Help: "Remove all marks", Do: func() tea.Cmd {
			m.clear()
			return nil
		}})
	}
	return all
}

// clear removes all marks, and reports whether there were any.
func (m marks[R]) clear() bool {
	had := m.of.Any()
	*m.of = component.Marks{}
	return had
}

// dropStale removes the marks of records that have been removed. It knows that only from an
// unfiltered list that is up to date.
func (m marks[R]) dropStale() {
	if m.list.reads.jumps || m.list.reads.Running || m.list.err != nil || m.list.paused() {
		return // the span may still be that of a filter, or old
	}
	gone, _ := m.list.Span.missing(m.Marked())
	for _, id := range gone {
		m.of.Remove(id.String())
	}
}

// word returns how many records are marked, and if known, how many of them the filter hides. It is
// shown before the position.
func (m marks[R]) word(filtered bool) string {
	marked := m.Marked()
	if len(marked) == 0 {
		return ""
	}
	text := Thousands(int64(len(marked))) + " marked"
	if hidden, sure := m.list.Span.missing(marked); filtered && sure && len(hidden) > 0 {
		text += ", " + Thousands(int64(len(hidden))) + " not shown"
	}
	return text + "   "
}
