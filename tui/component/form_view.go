package component

import (
	"slices"
	"strings"

	"backchannel/tui/style"
)

// The layout of a form, in cells.
const (
	fieldIndent  = 3
	longestLabel = 20
)

// block holds the lines of one stop of a form.
type block struct {
	lines  []string
	cursor int // the line with the cursor
	at     stop
}

// View draws as much of the form as fits. The field with the focus, its error and its help
// are always visible.
func (f *Form) View(th *style.Theme) string {
	if f.width <= 0 || f.height <= 0 {
		return ""
	}
	var lines []string
	var focus span
	title := 0 // of the section
	at := f.fields.at
	for _, b := range (formDrawing{f, th, f.Values(), f.fields.labelWidth(f.width)}).blocks() {
		if b.at.section >= 0 && b.at.field < 0 {
			title = len(lines)
		}
		if b.at == at {
			focus = span{from: len(lines), to: len(lines) + len(b.lines), cursor: len(lines) + b.cursor}
		}
		if b.at == at && title == len(lines)-1 {
			focus.from = title // the first field of a section is shown with the title
		}
		lines = append(lines, b.lines...)
	}
	f.offset = scrolled(f.offset, focus, len(lines), f.height)
	shown := lines[f.offset:min(f.offset+f.height, len(lines))]
	more := th.Dim.Render(" " + style.More)
	if f.offset > 0 && focus.spares(f.offset, f.height) {
		shown[0] = more
	}
	if last := f.offset + f.height - 1; last < len(lines)-1 && focus.spares(last, f.height) {
		shown[len(shown)-1] = more
	}
	return join(Lines(shown, f.width, f.height))
}

// span holds the range of lines with the focus, and the line with the cursor.
type span struct{ from, to, cursor int }

// spares reports whether the glyph for more lines may replace a line: the line does not have the
// focus, or the lines with the focus do not all fit and it does not have the cursor.
func (s span) spares(line, height int) bool {
	if s.to-s.from > height {
		return line != s.cursor
	}
	return line < s.from || line >= s.to
}

// scrolled returns the offset that makes the focus visible or, if that is too tall, the lines around
// the cursor. It changes the offset as little as possible.
func scrolled(offset int, focus span, total, height int) int {
	if focus.to-focus.from > height {
		focus.from = max(focus.from, min(focus.cursor-height/2, focus.to-height))
		focus.to = focus.from + height
	}
	offset = min(offset, focus.from, max(0, total-height))
	return max(0, offset, focus.to-height)
}

// A formDrawing draws a form once, with values that are computed once.
type formDrawing struct {
	*Form
	th     *style.Theme
	values Values
	label  int // the width of the labels
}

func (d formDrawing) blocks() []block {
	var out []block
	for s, section := range d.fields.sections {
		if s > 0 {
			out = append(out, block{lines: []string{""}, at: stop{-1, -1}})
		}
		out = append(out, block{lines: []string{d.title(s)}, at: stop{s, -1}})
		for n, field := range section.Fields {
			if section.open() && d.fields.visible(field) {
				out = append(out, d.fieldBlock(stop{s, n}))
			}
		}
	}
	return append(out, block{lines: []string{""}, at: stop{-1, -1}}, d.submitBlock())
}

func (d formDrawing) title(s int) string {
	section, th := d.fields.sections[s], d.th
	title := th.Strong.Render(style.Escape(section.Title))
	if section.Note != "" {
		title += "   " + th.Dim.Render(style.Escape(section.Note))
	}
	if !section.Collapsible {
		return " " + title
	}
	glyph := style.Closed
	if section.Open {
		glyph = style.Open
	}
	line := d.bar(stop{s, -1}) + th.Dim.Render(glyph) + " " + title
	switch {
	case section.Open:
	case d.errors.in(section):
		line += "   " + th.Bad.Render(style.Cross+" a field in here has an error")
	case d.remarked(section):
		line += "   " + th.Warn.Render("a field in here was changed elsewhere")
	case section.Summary != nil:
		line += "   " + th.Dim.Render(style.Escape(section.Summary(d.values)))
	}
	return line
}

func (d formDrawing) remarked(section Section) bool {
	return slices.ContainsFunc(section.Fields, func(field Field) bool { return d.remarks[field.ID] != "" })
}

// bar marks the stop with the focus.
func (d formDrawing) bar(at stop) string {
	if at == d.fields.at {
		return d.th.Accent.Render(style.Bar)
	}
	return " "
}

func (d formDrawing) fieldBlock(at stop) block {
	field, focused, th := *d.fields.field(at), at == d.fields.at, d.th
	room := max(0, d.width-fieldIndent-d.label-3)
	lines, cursor := d.fields.inputs[field.ID].view(th, room, focused)
	note, ink := inkNote(th, field.Note, d.values)
	below, belowInk := inkNote(th, field.Below, d.values)
	if !focused {
		lines[0] = beside(lines[0], note, ink, room)
	}
	lines = append(lines, problem(th, d.errors.text(field.ID), room)...)
	lines = append(lines, inked(th.Warn, style.Escape(d.remarks[field.ID]), room)...)
	lines = append(lines, inked(belowInk, below, room)...)
	if focused {
		lines = append(append(lines, inked(ink, note, room)...), inked(th.Dim, style.Escape(field.Help), room)...)
	}
	b := block{lines: lines, cursor: cursor, at: at}
	d.addLabel(b, field)
	return b
}

// inkNote returns a note about a field, escaped, and its style.
func inkNote(th *style.Theme, note func(Values) string, values Values) (string, style.Style) {
	if note == nil {
		return "", th.Dim
	}
	text := style.Escape(note(values))
	if strings.HasPrefix(text, style.Warning) {
		return text, th.Warn
	}
	return text, th.Dim
}

// beside appends a note to a value, or returns the note alone if the value is empty.
func beside(value, note string, ink style.Style, room int) string {
	switch {
	case note == "":
		return value
	case widest(value) == 0:
		return clip(ink.Render(note), room)
	}
	return clip(value+"  "+ink.Render(note), room)
}

// addLabel puts the field's label before the first of its lines. It marks that line, or, in a
// field with rows, the one with the cursor.
func (d formDrawing) addLabel(b block, field Field) {
	ink, mark := d.th.Dim, 0
	if b.at == d.fields.at {
		ink = d.th.Text
	}
	if field.Kind == RowsField {
		mark = b.cursor
	}
	for i, line := range b.lines {
		bar, name := " ", blank(d.label)
		if i == mark {
			bar = d.bar(b.at)
		}
		if i == 0 {
			name = ink.Render(Fit(style.Escape(field.Label), d.label))
		}
		b.lines[i] = " " + bar + " " + name + "  " + line
	}
}

// submitBlock draws the submit line, and above it the errors without a visible field.
func (d formDrawing) submitBlock() block {
	var lines []string
	th := d.th
	for _, id := range d.errors.unplaced() {
		for _, line := range problem(th, d.errors.text(id), d.width-fieldIndent-1) {
			lines = append(lines, blank(fieldIndent)+line)
		}
	}
	at := d.fields.submitLine()
	ink := th.Dim
	if at == d.fields.at {
		ink = th.Accent
	}
	line := " " + d.bar(at) + " " + ink.Render(style.Escape(d.submit)) + "  " + th.Dim.Render("ctrl+s")
	return block{lines: append(lines, line), cursor: len(lines), at: at}
}

// problem draws an error below its field.
func problem(th *style.Theme, text string, width int) []string {
	if text == "" {
		return nil
	}
	lines := Wrap(style.Escape(text), width-2)
	for i, line := range lines {
		lead := "  "
		if i == 0 {
			lead = th.Bad.Render(style.Cross) + " "
		}
		lines[i] = lead + th.Bad.Render(line)
	}
	return lines
}

// inked draws escaped text in a style, wrapped. It returns no lines for an empty text.
func inked(ink style.Style, text string, width int) []string {
	if text == "" {
		return nil
	}
	lines := Wrap(text, width)
	for i, line := range lines {
		lines[i] = ink.Render(line)
	}
	return lines
}
