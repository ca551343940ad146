package main

import (
	"fmt"
	"slices"
	"strings"

	"backchannel/tui/style"
)

// A labelledRows writes each row of a table as one line in which every value has its label, because
// a screen reader does not convey columns. It numbers the rows and keeps the name or ID of each, so
// that commands accept the number instead.
type labelledRows struct {
	refs []string // the names or IDs; the first row has the number 1
}

// begin starts another list, whose numbers begin at 1.
func (l *labelledRows) begin() { l.refs = nil }

// write writes the rows of a table, whose first column must have the name or ID.
func (l *labelledRows) write(w *output, t *table) {
	for _, row := range t.rows {
		l.refs = append(l.refs, row[0])
		var parts []string
		for i, cell := range row {
			// An empty value has no label either: a screen reader would read the label out for
			// nothing.
			if cell != "" {
				parts = append(parts, label(t.head[i])+": "+style.Escape(cell))
			}
		}
		fmt.Fprintf(w, "%d. %s\n", len(l.refs), strings.Join(parts, "; "))
	}
}

// label returns a column's heading in normal case.
func label(head string) string {
	if slices.Contains([]string{"ID", "URL"}, head) || head == "" {
		return head
	}
	lower := strings.ToLower(head)
	return strings.ToUpper(lower[:1]) + lower[1:]
}

// writeLabelled writes each fact as "Name: value". Further lines of a value follow it.
func (f facts) writeLabelled(w *output) {
	for _, fact := range f {
		name := strings.TrimSpace(style.Escape(fact.name))
		for i, line := range fact.lines {
			line = style.Escape(line)
			if i == 0 {
				line = name + ": " + line
			}
			fmt.Fprintln(w, strings.Join(strings.Fields(line), " "))
		}
	}
}
