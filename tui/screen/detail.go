package screen

import (
	"strings"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/style"

	"github.com/charmbracelet/x/ansi"
)

// Fact adds a label with its value wrapped beside it, for panes that may be narrow.
func (d *Detail) Fact(label, value string, ink style.Style) {
	const labels = 11
	for _, line := range component.Wrap(style.Escape(value), max(8, d.Width-labels-5)) {
		d.Lines = append(d.Lines, "   "+d.Theme.Dim.Render(component.Fit(label, labels))+" "+ink.Render(line))
		label = ""
	}
}

// Headers adds names and values in two columns, the first as wide as the longest name.
func (d *Detail) Headers(all []storage.HeaderField) {
	const indent, gap = 3, 2
	names := 0
	for _, h := range all {
		names = max(names, component.Width(style.Escape(h.Name)))
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

// Indented adds text that continues the line above it.
func (d *Detail) Indented(text string, ink style.Style) {
	for _, line := range component.Wrap(style.Escape(text), d.Width-8) {
		d.Lines = append(d.Lines, "      "+ink.Render(line))
	}
}

// HeadLines wraps a text at the head of a detail.
func HeadLines(text string, ink style.Style, width int) []string {
	lines := component.Wrap(style.Escape(text), width-1)
	for i, line := range lines {
		lines[i] = component.Fit(" "+ink.Render(line), width)
	}
	return lines
}

// ShownValue returns a header's value, masked if it is a secret.
func ShownValue(h storage.HeaderField) string {
	if h.Secret {
		return storage.Secret(h.Value).String()
	}
	return h.Value
}

// A Detail collects the lines of a page of labels and values.
type Detail struct {
	Theme *style.Theme
	Width int
	Lines []string
	Local func(string) string // converts the times in a text to the console's zone; nil: there are none
}

const labelWidth = 16

// Heading adds the title of the detail, with a bar if it has the focus, and right-aligned a text that
// is already styled.
func (d *Detail) Heading(of, right string, focused bool) {
	bar := " "
	if focused {
		bar = d.Theme.Accent.Render(style.Bar)
	}
	d.Lines = append(d.Lines, component.Spread(bar+of, right+" ", d.Width))
}

// Blank adds an empty line.
func (d *Detail) Blank() { d.Lines = append(d.Lines, "") }

// Paragraph adds a text over the whole width.
func (d *Detail) Paragraph(text string, ink style.Style) {
	for _, line := range component.Wrap(style.Escape(text), d.Width-2) {
		d.Lines = append(d.Lines, " "+ink.Render(line))
	}
}

// Title adds a heading.
func (d *Detail) Title(text string) {
	d.Lines = append(d.Lines, "", " "+d.Theme.Dim.Render(text))
}

// Note adds a line instead of fields.
func (d *Detail) Note(text string) {
	d.Lines = append(d.Lines, "   "+d.Theme.Dim.Render(style.Escape(text)))
}

// Field adds a label with its value wrapped beside it.
func (d *Detail) Field(label, value string, ink style.Style) {
	room := max(8, d.Width-labelWidth-6)
	for i, line := range component.Wrap(style.Escape(value), room) {
		if i > 0 {
			label = ""
		}
		d.Lines = append(d.Lines, "   "+d.Theme.Dim.Render(component.Fit(style.Escape(label), labelWidth))+"  "+ink.Render(line))
	}
}

// Long adds a value on lines of its own, broken anywhere.
func (d *Detail) Long(value string, ink style.Style) {
	for line := range strings.SplitSeq(ansi.Hardwrap(style.Escape(value), max(8, d.Width-7), true), "\n") {
		d.Lines = append(d.Lines, "     "+ink.Render(line))
	}
}

// Optional adds a field unless its value is empty.
func (d *Detail) Optional(label, value string) {
	if value != "" {
		d.Field(label, value, d.Theme.Text)
	}
}
