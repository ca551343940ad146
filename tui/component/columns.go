package component

import (
	"strings"

	"backchannel/tui/style"
)

// Columns are the columns of a [Table], of which a person may choose some.
type Columns struct {
	all    []Column
	chosen []int    // by their number; nil: all
	shown  []Column // in the order in which they are laid out
	line   tableLine
}

// NewColumns returns columns that are all shown.
func NewColumns(all ...Column) Columns { return Columns{all: all, shown: all} }

// Titles returns the titles of all columns that have one.
func (c *Columns) Titles() []string { return titles(c.all) }

// ShownTitles returns the titles of the columns that a person chose, in their order, or of all.
func (c *Columns) ShownTitles() []string { return titles(c.shown) }

func titles(columns []Column) []string {
	var all []string
	for _, c := range columns {
		if c.Title != "" {
			all = append(all, c.Title)
		}
	}
	return all
}

// ShowOnly shows the columns with the given titles, in that order, and those without a title. With
// no titles it shows all columns again. A chosen column is shown wherever there is space, even if it
// is declared as Extra.
func (c *Columns) ShowOnly(titles []string) {
	c.chosen, c.shown = nil, c.all
	if len(titles) == 0 {
		return
	}
	c.shown = nil
	show := func(title string) {
		for i, column := range c.all {
			if column.Title == title {
				column.Extra = false
				c.chosen, c.shown = append(c.chosen, i), append(c.shown, column)
			}
		}
	}
	for _, title := range titles {
		show(title)
	}
	show("")
}

// layOut fits the columns in a width.
func (c *Columns) layOut(width int) { c.line = layOut(c.shown, width) }

// header draws the titles.
func (c *Columns) header(th *style.Theme) string {
	cells := make([]Cell, len(c.shown))
	for i, column := range c.shown {
		cells[i] = Cell{Text: column.title(c.line.widths[i]), Style: th.Dim}
	}
	return c.draw(cells, style.Style{}, false)
}

// row draws the cells of a row. If it is lit, because the cursor is on it, cells and gaps have the
// background of under.
func (c *Columns) row(cells []Cell, under style.Style, lit bool) string {
	if c.chosen == nil {
		return c.draw(cells, under, lit)
	}
	chosen := make([]Cell, len(c.chosen))
	for at, i := range c.chosen {
		if i < len(cells) {
			chosen[at] = cells[i]
		}
	}
	return c.draw(chosen, under, lit)
}

// draw draws cells in the order in which the columns are shown.
func (c *Columns) draw(cells []Cell, under style.Style, lit bool) string {
	gap := blank(c.line.gap)
	if lit {
		gap = under.Render(gap)
	}
	var parts []string
	for i, width := range c.line.widths {
		if width == 0 {
			continue
		}
		cell := Cell{}
		if i < len(cells) {
			cell = cells[i]
		}
		if lit {
			cell = cell.on(under)
		}
		parts = append(parts, cell.render(cell.fit(c.shown[i], width)))
	}
	return strings.Join(parts, gap)
}
