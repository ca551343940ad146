package screen

import (
	"strings"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/style"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
)

// Fact is a label and its value, wrapped beside it, for panes that may be narrow.
func (d *Detail) Fact(label, value string, ink lipgloss.Style) {
	const labels = 11
	for _, line := range component.Wrap(style.Escape(value), max(8, d.Width-labels-5)) {
		d.Lines = append(d.Lines, "   "+d.Theme.Dim.Render(component.Fit(label, labels))+" "+ink.Render(line))
		label = ""
	}
}

// Headers sets names and values in two columns, as wide as the names need.
func (d *Detail) Headers(all []storage.HeaderField) {
	const indent, gap = 3, 2
	names := 0
	for _, h := range all {
		names = max(names, ansi.StringWidth(style.Escape(h.Name)))
	}
	names = min(names, d.Width/2)
	for _, h := range all {
		name := style.Escape(h.Name)
		for _, line := range component.Wrap(style.Escape(ShownValue(h)), max(8, d.Width-names-indent-gap-1)) {
			d.Lines = append(d.Lines, "   "+d.Theme.Dim.Render(component.Fit(name, names))+"  "+d.Theme.Text.Render(line))
			name = ""
		}
	}
}

// Indented is text that belongs to the line above it.
func (d *Detail) Indented(text string, ink lipgloss.Style) {
	for _, line := range component.Wrap(style.Escape(text), d.Width-8) {
		d.Lines = append(d.Lines, "      "+ink.Render(line))
	}
}

// HeadLines are the lines that a text at the head of a detail takes.
func HeadLines(text string, ink lipgloss.Style, width int) []string {
	lines := component.Wrap(style.Escape(text), width-1)
	for i, line := range lines {
		lines[i] = component.Fit(" "+ink.Render(line), width)
	}
	return lines
}

// ShownValue is a header's value, masked if it is a secret.
func ShownValue(h storage.HeaderField) string {
	if h.Secret {
		return storage.Secret(h.Value).String()
	}
	return h.Value
}

// Detail sets labels and values in two columns.
type Detail struct {
	Theme *style.Theme
	Width int
	Lines []string
	Local func(string) string // puts times in the console's zone; nil: there are none
}

const labelWidth = 16

// Blank sets an empty line.
func (d *Detail) Blank() { d.Lines = append(d.Lines, "") }

// Paragraph sets a text over the whole width.
func (d *Detail) Paragraph(text string, ink lipgloss.Style) {
	for _, line := range component.Wrap(style.Escape(text), d.Width-2) {
		d.Lines = append(d.Lines, " "+ink.Render(line))
	}
}

// Title sets the heading of what follows.
func (d *Detail) Title(text string) {
	d.Lines = append(d.Lines, "", " "+d.Theme.Dim.Render(text))
}

// Note sets a line that stands in the place of fields.
func (d *Detail) Note(text string) {
	d.Lines = append(d.Lines, "   "+d.Theme.Dim.Render(style.Escape(text)))
}

// Field is a label and its value, wrapped beside it.
func (d *Detail) Field(label, value string, ink lipgloss.Style) {
	room := max(8, d.Width-labelWidth-6)
	for i, line := range component.Wrap(style.Escape(value), room) {
		if i > 0 {
			label = ""
		}
		d.Lines = append(d.Lines, "   "+d.Theme.Dim.Render(component.Fit(style.Escape(label), labelWidth))+"  "+ink.Render(line))
	}
}

// Long is a value that has a line of its own, broken where it must be.
func (d *Detail) Long(value string, ink lipgloss.Style) {
	for line := range strings.SplitSeq(ansi.Hardwrap(style.Escape(value), max(8, d.Width-7), true), "\n") {
		d.Lines = append(d.Lines, "     "+ink.Render(line))
	}
}

// Optional is a field that is left out when it is empty.
func (d *Detail) Optional(label, value string) {
	if value != "" {
		d.Field(label, value, d.Theme.Text)
	}
}
