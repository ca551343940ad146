package component

import (
	"strings"

	"github.com/charmbracelet/lipgloss"

	"backchannel/tui/style"
)

// View draws the header and the visible rows.
func (t *Table) View(th *style.Theme) string {
	if t.width <= 0 || t.height <= 0 {
		return ""
	}
	widths := columnWidths(t.Columns, t.width)
	lines := []string{t.header(th, widths)}
	if t.Len() == 0 {
		return join(Lines(append(lines, t.empty(th)...), t.width, t.height))
	}
	for i := t.top; i < min(t.top+t.rows(), t.Len()); i++ {
		lines = append(lines, t.row(th, widths, i))
	}
	return join(Lines(lines, t.width, t.height))
}

func (t *Table) header(th *style.Theme, widths []int) string {
	cells := make([]Cell, len(t.Columns))
	for i, c := range t.Columns {
		cells[i] = Cell{Text: c.Title, Style: th.Dim}
	}
	return blank(gutter) + t.cells(cells, widths, lipgloss.NewStyle(), false)
}

func (t *Table) empty(th *style.Theme) []string {
	lines := []string{""}
	for _, paragraph := range t.Empty {
		for _, l := range Wrap(style.Escape(paragraph), t.width-2*gutter) {
			lines = append(lines, blank(gutter)+th.Dim.Render(l))
		}
	}
	return lines
}

func (t *Table) row(th *style.Theme, widths []int, i int) string {
	bar, mark := " ", " "
	selected := i == t.cursor
	if selected {
		bar = th.Dim.Render(style.Bar)
		if t.Focused {
			bar = th.Accent.Render(style.Bar)
		}
	}
	if t.marks[t.source.Key(i)] {
		mark = th.Strong.Render(style.Mark)
	}
	return bar + mark + " " + t.cells(t.source.Row(i), widths, th.Row, selected && t.Focused)
}

// cells draws one row. Under the cursor its background is laid below the cells
// and the gaps between them alike.
func (t *Table) cells(cells []Cell, widths []int, under lipgloss.Style, lit bool) string {
	gap := blank(columnGap)
	if lit {
		gap = under.Render(gap)
	}
	var parts []string
	for i, width := range widths {
		if width == 0 {
			continue
		}
		cell := Cell{}
		if i < len(cells) {
			cell = cells[i]
		}
		if lit {
			cell.Style = cell.Style.Inherit(under)
		}
		fit := Fit
		if t.Columns[i].Right {
			fit = FitRight
		}
		parts = append(parts, cell.Style.Render(fit(style.Escape(cell.Text), width)))
	}
	return strings.Join(parts, gap)
}
