package main

import (
	"fmt"
	"slices"
	"strings"

	"backchannel/tui/style"
)

// A labelledRows writes each row of a table as one line in which every value has its label, for
// screen readers, which lose the columns of a table. It numbers the rows and remembers the name
// or ID of each, so that a command can take the number instead.
type labelledRows struct {
	refs []string // by number from 1
}

// begin restarts the numbers at 1, for another list.
func (l *labelledRows) begin() { l.refs = nil }

// write writes the rows of a table. The first column has the name or ID.
func (l *labelledRows) write(w *output, t *table) {
	for _, row := range t.rows {
		l.refs = append(l.refs, row[0])
		var parts []string
		for i, cell := range row {
			if cell != "" {
				parts = append(parts, label(t.head[i])+": "+style.Escape(cell))
			}
		}
		fmt.Fprintf(w, "%d. %s\n", len(l.refs), strings.Join(parts, "; "))
	}
}

// label returns a column's heading as people write it.
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
