package component

import (
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"backchannel/tui/style"
)

// View draws the header and the visible rows.
func (t *Table) View(th *style.Theme) string {
	if t.width <= 0 || t.height <= 0 {
		return ""
	}
	lines := []string{blank(gutter) + t.header(th)}
	if t.Len() == 0 {
		return join(Lines(append(lines, t.empty(th)...), t.width, t.height))
	}
	for i := t.top; i < min(t.top+t.rows(), t.Len()); i++ {
		lines = append(lines, t.row(th, i))
	}
	return join(Lines(lines, t.width, t.height))
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

func (t *Table) row(th *style.Theme, i int) string {
	bar, mark := " ", " "
	selected := i == t.cursor
	if selected {
		bar = th.Dim.Render(style.Rest)
		if t.Focused {
			bar = th.Accent.Render(style.Bar)
		}
	}
	if t.Marks.keys[t.source.Key(i)] {
		mark = th.Strong.Render(style.Mark)
	} else if t.Sign != nil {
		mark = th.Strong.Render(Fit(t.Sign(i), 1))
	}
	return bar + mark + " " + t.Columns.row(t.source.Row(i), th.Row, selected && t.Focused)
}

// on returns the cell on the background of a row.
func (c Cell) on(under style.Style) Cell {
	c.Style = c.Style.Inherit(under)
	if c.Glyph != (style.Style{}) {
		c.Glyph = c.Glyph.Inherit(under)
	}
	return c
}

// render draws a text in the cell's styles.
func (c Cell) render(text string) string {
	if c.Glyph == (style.Style{}) {
		return c.Style.Render(text)
	}
	_, size := utf8.DecodeRuneInString(text)
	return c.Glyph.Render(text[:size]) + c.Style.Render(text[size:])
}

// fit returns the first of the cell's texts that fits, or the last one, truncated.
func (c Cell) fit(column Column, width int) string {
	text := style.Escape(c.Text)
	for _, shorter := range c.Shorter {
		if Width(text) <= width {
			break
		}
		text = style.Escape(shorter)
	}
	switch {
	case column.Right:
		return FitRight(text, width)
	case column.Middle:
		return Fit(cutMiddle(text, width), width)
	}
	return Fit(text, width)
}

// cutMiddle shortens plain text by cutting out its middle.
func cutMiddle(text string, width int) string {
	total := Width(text)
	if total <= width || width < 3 {
		return text
	}
	tail := (width - 1) / 2
	return ansi.Truncate(text, width-1-tail, "") + style.More + ansi.TruncateLeft(text, total-tail, "")
}
