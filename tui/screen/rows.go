package screen

import (
	"fmt"
	"slices"

	"backchannel/storage"
	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// rows are records as a table shows them.
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

// at returns a record. It returns false if there is none at that place.
func (r rows[R]) at(i int) (row R, ok bool) {
	if i >= 0 && i < len(r.Items) {
		return r.Items[i], true
	}
	return row, false
}

// onSelected returns what a key does with the selected record.
func onSelected[R any](selected func() (R, bool), do func(R) tea.Cmd) func() tea.Cmd {
	return func() tea.Cmd {
		if row, ok := selected(); ok {
			return do(row)
		}
		return nil
	}
}

// records are all that there are of a kind, in a table of those that a filter chooses.
type records[R any] struct {
	all    []R
	shown  rows[R]
	fields func(R) []storage.Fields // what the filter compares: it chooses a record if any of them matches
	by     *Filter
	table  *component.Table
}

// choose shows what the filter chooses.
func (r *records[R]) choose() {
	r.shown.Items = slices.DeleteFunc(slices.Clone(r.all), func(row R) bool { return !slices.ContainsFunc(r.fields(row), r.by.Terms().Matches) })
	r.by.Found, r.by.Total = int64(r.shown.Len()), int64(len(r.all))
	r.table.SetSource(r.shown)
}

// known returns the values of a key that occur.
func (r *records[R]) known(key string) (all []string) {
	for _, row := range r.all {
		for _, fields := range r.fields(row) {
			all = append(all, fields.Values[key]...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// All returns the records, including those that the filter hides.
func (r *records[R]) All() []R { return r.all }

// Shown returns the records that the filter chooses.
func (r *records[R]) Shown() []R { return r.shown.Items }

// Selected returns the selected record. It returns false if there is none.
func (r *records[R]) Selected() (R, bool) { return r.shown.at(r.table.Index()) }

// OnSelected returns what a key does with the selected record.
func (r *records[R]) OnSelected(do func(R) tea.Cmd) func() tea.Cmd { return onSelected(r.Selected, do) }

func (r *records[R]) selectedID() storage.ID {
	if row, ok := r.Selected(); ok {
		return r.shown.id(row)
	}
	return 0
}

// Position returns where the selection is in the list.
func (r *records[R]) Position() string {
	if len(r.all) == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d", min(r.table.Index()+1, r.shown.Len()), r.shown.Len())
}
