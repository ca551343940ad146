package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"backchannel/tui/style"
)

// A table is rows of text below a heading. Cells are escaped when the table is written, so that
// received text cannot control the terminal.
type table struct {
	head       []string
	rows       [][]string
	omitEmpty  []string // columns that are omitted if they are empty
	omitNarrow []string // columns that are omitted if the terminal is too narrow
}

// add adds a row.
func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

const (
	columnGap = 2
	minWidth  = 8 // the least width of a truncated column
)

// write writes aligned columns. If the table is wider than width, it omits the roomy columns and
// then truncates the widest ones. A width of 0 means no limit.
func (t *table) write(w io.Writer, width int) {
	if out, ok := w.(*output); ok && out.labelled != nil {
		out.labelled.write(out, t)
		return
	}
	lines := append([][]string{slices.Clone(t.head)}, t.rows...)
	// Empty columns go first: whether one is empty must not depend on the width of the terminal.
	for _, name := range t.omitEmpty {
		if at := slices.Index(lines[0], name); !slices.ContainsFunc(lines[1:], func(row []string) bool { return row[at] != "" }) {
			withoutColumn(lines, at)
		}
	}
	for _, line := range lines {
		for i := range line {
			line[i] = style.Escape(line[i])
		}
	}
	for _, name := range t.omitNarrow {
		if at := slices.Index(lines[0], name); at >= 0 && width > 0 && total(t.widths(lines)) > width {
			withoutColumn(lines, at)
		}
	}
	widths := t.widths(lines)
	shrink(widths, width)
	for _, line := range lines {
		fmt.Fprintln(w, alignedLine(line, widths))
	}
}

// withoutColumn removes a column from all lines.
func withoutColumn(lines [][]string, at int) {
	for i, line := range lines {
		lines[i] = slices.Delete(line, at, at+1)
	}
}

// total returns the width of the columns and the gaps between them.
func total(widths []int) int {
	sum := columnGap * (len(widths) - 1)
	for _, width := range widths {
		sum += width
	}
	return sum
}

// widths returns the width of the widest cell of each column, in cells of the terminal.
func (t *table) widths(lines [][]string) []int {
	widths := make([]int, len(lines[0]))
	for _, line := range lines {
		for i, cell := range line {
			widths[i] = max(widths[i], ansi.StringWidth(cell))
		}
	}
	return widths
}

// shrink narrows the widest column until all fit. It never narrows the first one, which has the
// name or ID that other commands take.
func shrink(widths []int, limit int) {
	for total := total(widths); limit > 0 && total > limit; total-- {
		others := widths[1:]
		if len(others) == 0 || slices.Max(others) <= minWidth {
			return
		}
		// One cell at a time keeps the columns as equal as possible. Tables have few columns, so it
		// is fast.
		others[slices.Index(others, slices.Max(others))]--
	}
}

// alignedLine returns a row with its cells truncated or padded to the widths.
func alignedLine(cells []string, widths []int) string {
	var line strings.Builder
	for i, cell := range cells {
		cell = ansi.Truncate(cell, widths[i], style.More)
		line.WriteString(cell)
		line.WriteString(strings.Repeat(" ", widths[i]-ansi.StringWidth(cell)+columnGap))
	}
	return strings.TrimRight(line.String(), " ")
}

// facts are names with values. Like the cells of a table they are escaped when they are written, so
// that a line break in received text does not begin a new line.
type facts []fact

// A fact is a name with the lines of its value.
type fact struct {
	name  string
	lines []string
}

// add adds a value, unless it is empty.
func (f *facts) add(name, value string) {
	if value != "" {
		f.list(name, value)
	}
}

// list adds a value of several lines, if there are any.
func (f *facts) list(name string, lines ...string) {
	if len(lines) > 0 {
		*f = append(*f, fact{name, lines})
	}
}

// text adds a text of several lines, unless it is empty.
func (f *facts) text(name, text string) {
	if text != "" {
		f.list(name, strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")...)
	}
}

// minWrap is the least width to which values are wrapped, in cells.
const minWrap = 20

// wrap wraps values between words so that lines including the names are at most width cells wide. A
// width of 0 or less means no limit.
func (f facts) wrap(width int) facts {
	if width <= 0 {
		return f
	}
	names := 0
	for _, fact := range f {
		names = max(names, ansi.StringWidth(style.Escape(fact.name)))
	}
	var wrapped facts
	for _, fact := range f {
		var lines []string
		for _, line := range fact.lines {
			lines = append(lines, strings.Split(ansi.Wrap(style.Escape(line), max(minWrap, width-names-columnGap), ""), "\n")...)
		}
		wrapped.list(fact.name, lines...)
	}
	return wrapped
}

// write writes aligned values. The further lines of a value are below the first one.
func (f facts) write(w io.Writer, indent string) {
	if out, ok := w.(*output); ok && out.labelled != nil {
		f.writeLabelled(out)
		return
	}
	wide := 0
	for i := range f {
		f[i].name = style.Escape(f[i].name)
		wide = max(wide, ansi.StringWidth(f[i].name))
	}
	for _, fact := range f {
		name := fact.name
		for _, line := range fact.lines {
			pad := strings.Repeat(" ", wide-ansi.StringWidth(name)+columnGap)
			fmt.Fprintln(w, strings.TrimRight(indent+name+pad+style.Escape(line), " "))
			name = ""
		}
	}
}
