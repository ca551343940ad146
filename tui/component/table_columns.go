package component

import "slices"

// Titles returns the titles of all columns that have one.
func (t *Table) Titles() []string { return titles(t.Columns) }

// ShownTitles returns the titles of the columns that a person chose, in their order, or of all.
func (t *Table) ShownTitles() []string { return titles(t.columns()) }

func titles(columns []Column) []string {
	var all []string
	for _, c := range columns {
		if c.Title != "" {
			all = append(all, c.Title)
		}
	}
	return all
}

// ShowOnly shows the columns with these titles, in this order, and those without a title; no
// titles bring back all. A column that was chosen is shown wherever there is space.
func (t *Table) ShowOnly(titles []string) {
	t.chosenColumns = nil
	if len(titles) == 0 {
		return
	}
	for _, title := range titles {
		if i := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Title == title }); i >= 0 {
			t.chosenColumns = append(t.chosenColumns, i)
		}
	}
	for i, c := range t.Columns {
		if c.Title == "" {
			t.chosenColumns = append(t.chosenColumns, i)
		}
	}
}

// columns returns the columns to show.
func (t *Table) columns() []Column {
	if t.chosenColumns == nil {
		return t.Columns
	}
	all := make([]Column, len(t.chosenColumns))
	for at, i := range t.chosenColumns {
		all[at] = t.Columns[i]
		all[at].Extra = false
	}
	return all
}

// shownCells returns a row's cells in the order of the columns to show.
func (t *Table) shownCells(row []Cell) []Cell {
	if t.chosenColumns == nil {
		return row
	}
	all := make([]Cell, len(t.chosenColumns))
	for at, i := range t.chosenColumns {
		if i < len(row) {
			all[at] = row[i]
		}
	}
	return all
}
