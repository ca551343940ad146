package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"backchannel/tui/style"
)

// A table is rows of text under a heading. Whatever is put into it is escaped when it is
// written, so that received text cannot touch the terminal.
type table struct {
	head    []string
	rows    [][]string
	sparing []string // columns that are left out when nothing is in them
	roomy   []string // and those that are left out when the terminal is too narrow
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

const (
	columnGap  = 2
	leastWidth = 8 // of a column that gives way to the others
)

// write aligns the columns. A table wider than the terminal loses the ends of its widest
// columns; a width of 0 is no bound.
func (t *table) write(w io.Writer, width int) {
	lines := append([][]string{slices.Clone(t.head)}, t.rows...)
	for _, name := range t.sparing {
		if at := slices.Index(lines[0], name); !slices.ContainsFunc(lines[1:], func(row []string) bool { return row[at] != "" }) {
			withoutColumn(lines, at)
		}
	}
	for _, line := range lines {
		for i := range line {
			line[i] = style.Escape(line[i])
		}
	}
	for _, name := range t.roomy {
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

func withoutColumn(lines [][]string, at int) {
	for i, line := range lines {
		lines[i] = slices.Delete(line, at, at+1)
	}
}

// total is the width of columns with the gaps between them.
func total(widths []int) int {
	sum := columnGap * (len(widths) - 1)
	for _, width := range widths {
		sum += width
	}
	return sum
}

func (t *table) widths(lines [][]string) []int {
	widths := make([]int, len(lines[0]))
	for _, line := range lines {
		for i, cell := range line {
			widths[i] = max(widths[i], ansi.StringWidth(cell))
		}
	}
	return widths
}

// shrink takes from the widest column until all fit. The first stays whole: it is what
// other commands are given to name the row.
func shrink(widths []int, room int) {
	for total := total(widths); room > 0 && total > room; total-- {
		others := widths[1:]
		if len(others) == 0 || slices.Max(others) <= leastWidth {
			return
		}
		others[slices.Index(others, slices.Max(others))]--
	}
}

func alignedLine(cells []string, widths []int) string {
	var line strings.Builder
	for i, cell := range cells {
		cell = ansi.Truncate(cell, widths[i], style.More)
		line.WriteString(cell)
		line.WriteString(strings.Repeat(" ", widths[i]-ansi.StringWidth(cell)+columnGap))
	}
	return strings.TrimRight(line.String(), " ")
}

// facts are names with what is known of each. Like a table they are escaped when they
// are written: a line break that was received begins no line.
type facts []fact

type fact struct {
	name  string
	lines []string
}

// add leaves out what is not known.
func (f *facts) add(name, value string) {
	if value != "" {
		f.list(name, value)
	}
}

// list adds what is known in lines, if there are any.
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

// write aligns the values. Lines after the first of a value stand beneath it.
func (f facts) write(w io.Writer, indent string) {
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
