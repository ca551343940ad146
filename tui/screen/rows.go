package screen

import (
	"slices"

	"backchannel/storage"
	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// Rows are records as a table shows them.
type rows[R any] struct {
	items []R
	id    func(R) storage.ID
	cells func(R) []component.Cell
}

// Len returns the number of records.
func (r rows[R]) Len() int { return len(r.items) }

// Key returns the ID of a record.
func (r rows[R]) Key(i int) string { return r.id(r.items[i]).String() }

// Row returns the cells of a record.
func (r rows[R]) Row(i int) []component.Cell { return r.cells(r.items[i]) }

// at returns a record. It returns false if there are not as many.
func (r rows[R]) at(i int) (row R, ok bool) {
	if i < len(r.items) {
		return r.items[i], true
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

// records are all that there are of a kind, with rows for those that a filter chooses.
type records[R any] struct {
	rows[R]
	all    []R
	fields func(R) []storage.Fields // what a filter compares: it chooses a record if any of them matches
}

// choose has rows for what a filter chooses, and returns how many these are, of how many.
func (r *records[R]) choose(f storage.Filter) (found, total int64) {
	r.items = slices.DeleteFunc(slices.Clone(r.all), func(row R) bool { return !slices.ContainsFunc(r.fields(row), f.Matches) })
	return int64(len(r.items)), int64(len(r.all))
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
