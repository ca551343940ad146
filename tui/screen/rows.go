package screen

import (
	"fmt"
	"slices"

	"backchannel/storage"
	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// rows are the rows of a table of records.
type rows[R any] struct {
	Items []R
	id    func(R) storage.ID
	cells func(R) []component.Cell
}

// Len returns the number of records.
func (r rows[R]) Len() int { return len(r.Items) }

// Key returns the ID of a record.
func (r rows[R]) Key(i int) string { return r.id(r.Items[i]).String() }

// Row returns the cells of a record.
func (r rows[R]) Row(i int) []component.Cell { return r.cells(r.Items[i]) }

// at returns the record at an index. It returns false if there is none.
func (r rows[R]) at(i int) (row R, ok bool) {
	if i >= 0 && i < len(r.Items) {
		return r.Items[i], true
	}
	return row, false
}

// onSelected returns the action of a key that acts on the selected record.
func onSelected[R any](selected func() (R, bool), do func(R) tea.Cmd) func() tea.Cmd {
	return func() tea.Cmd {
		if row, ok := selected(); ok {
			return do(row)
		}
		return nil
	}
}

// records are all records of a kind, in a table of those that match a filter.
type records[R any] struct {
	all    []R
	shown  rows[R]
	fields func(R) []storage.Fields // what the filter compares; a record matches if any of them does
	by     *filter
	table  *component.Table
}

// choose shows the records that match the filter.
func (r *records[R]) choose() {
	r.shown.Items = slices.DeleteFunc(slices.Clone(r.all), func(row R) bool { return !slices.ContainsFunc(r.fields(row), r.by.terms.Matches) })
	r.by.found, r.by.total = int64(r.shown.Len()), int64(len(r.all))
	r.table.SetSource(r.shown)
}

// known returns the values of a key in all records, sorted, to suggest them.
func (r *records[R]) known(key string) (all []string) {
	for _, row := range r.all {
		for _, fields := range r.fields(row) {
			all = append(all, fields.Values[key]...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// All returns all records, including those that the filter hides.
func (r *records[R]) All() []R { return r.all }

// Shown returns the records that match the filter.
func (r *records[R]) Shown() []R { return r.shown.Items }

// Selected returns the selected record. It returns false if there is none.
func (r *records[R]) Selected() (R, bool) { return r.shown.at(r.table.Index()) }

// OnSelected returns the action of a key that acts on the selected record.
func (r *records[R]) OnSelected(do func(R) tea.Cmd) func() tea.Cmd { return onSelected(r.Selected, do) }

func (r *records[R]) selectedID() storage.ID {
	if row, ok := r.Selected(); ok {
		return r.shown.id(row)
	}
	return 0
}

// Position returns the position of the selection in the list: "3 of 12".
func (r *records[R]) Position() string {
	if len(r.all) == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d", min(r.table.Index()+1, r.shown.Len()), r.shown.Len())
}
