package component

import (
	"strings"

	"github.com/charmbracelet/lipgloss"

	"backchannel/tui/style"
)

const (
	fieldIndent  = 3
	longestLabel = 20
)

// block is the lines of one stop of a form.
type block struct {
	lines  []string
	cursor int // the line with the cursor
	at     stop
}

// View draws as much as fits: always the field with the focus, with what is
// wrong with it and its help.
func (f *Form) View(th *style.Theme) string {
	if f.width <= 0 || f.height <= 0 {
		return ""
	}
	var lines []string
	var focus span
	title := 0 // of the section
	for _, b := range f.blocks(th) {
		if b.at.section >= 0 && b.at.field < 0 {
			title = len(lines)
		}
		if b.at == f.at {
			focus = span{from: len(lines), to: len(lines) + len(b.lines), cursor: len(lines) + b.cursor}
		}
		if b.at == f.at && title == len(lines)-1 {
			focus.from = title // the first field brings its title along
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

// span is the lines that have the focus, and the one with the cursor.
type span struct{ from, to, cursor int }

// spares reports whether a line can be done without: it has not the focus, or is one of
// too many that do.
func (s span) spares(line, height int) bool {
	if s.to-s.from > height {
		return line != s.cursor
	}
	return line < s.from || line >= s.to
}

// scrolled moves the offset as little as possible to bring the focus into sight,
// and of one that is too tall, the part around the cursor.
func scrolled(offset int, focus span, total, height int) int {
	if focus.to-focus.from > height {
		focus.from = max(focus.from, min(focus.cursor-height/2, focus.to-height))
		focus.to = focus.from + height
	}
	offset = min(offset, focus.from, max(0, total-height))
	return max(0, offset, focus.to-height)
}

func (f *Form) blocks(th *style.Theme) []block {
	values := f.Values()
	label := f.labelWidth()
	var out []block
	for s, section := range f.sections {
		if s > 0 {
			out = append(out, block{lines: []string{""}, at: stop{-1, -1}})
		}
		out = append(out, block{lines: []string{f.title(th, s, values)}, at: stop{s, -1}})
		for n, field := range section.Fields {
			if section.open() && f.visible(field) {
				out = append(out, f.fieldBlock(th, stop{s, n}, values, label))
			}
		}
	}
	return append(out, block{lines: []string{""}, at: stop{-1, -1}}, f.submitBlock(th))
}

// labelWidth depends on all labels, hidden ones too, so that values stay put.
func (f *Form) labelWidth() int {
	w := 0
	for _, s := range f.sections {
		for _, field := range s.Fields {
			w = max(w, widest(style.Escape(field.Label)))
		}
	}
	return min(w, longestLabel, max(0, f.width/3))
}

func (f *Form) title(th *style.Theme, s int, values Values) string {
	section := f.sections[s]
	title := th.Strong.Render(style.Escape(section.Title))
	if !section.Collapsible {
		return " " + title
	}
	glyph := style.Closed
	if section.Open {
		glyph = style.Open
	}
	line := f.bar(th, stop{s, -1}) + th.Dim.Render(glyph) + " " + title
	switch {
	case section.Open:
	case f.wrongIn(s):
		line += "   " + th.Bad.Render(style.Cross+" something in here is wrong")
	case section.Summary != nil:
		line += "   " + th.Dim.Render(style.Escape(section.Summary(values)))
	}
	return line
}

// bar marks the stop with the focus.
func (f *Form) bar(th *style.Theme, at stop) string {
	if at == f.at {
		return th.Accent.Render(style.Bar)
	}
	return " "
}

func (f *Form) fieldBlock(th *style.Theme, at stop, values Values, label int) block {
	field := *f.field(at)
	focused := at == f.at
	indent := fieldIndent + label + 2
	room := max(0, f.width-indent-1)
	ink := th.Dim
	if focused {
		ink = th.Text
	}
	lines, cursor := f.inputs[field.ID].view(th, room, focused)
	note, noteInk := "", th.Dim
	if field.Note != nil {
		note = style.Escape(field.Note(values))
	}
	if strings.HasPrefix(note, style.Warning) {
		noteInk = th.Warn
	}
	switch {
	case focused || note == "":
	case widest(lines[0]) == 0:
		lines[0] = clip(noteInk.Render(note), room)
	default:
		lines[0] = clip(lines[0]+"  "+noteInk.Render(note), room)
	}
	lines = append(lines, problem(th, f.problem(field.ID), room)...)
	if focused {
		lines = append(append(lines, inked(noteInk, note, room)...), inked(th.Dim, style.Escape(field.Help), room)...)
	}
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = blank(indent) + line
	}
	out[0] = " " + f.bar(th, at) + " " + ink.Render(Fit(style.Escape(field.Label), label)) + "  " + lines[0]
	return block{lines: out, cursor: cursor, at: at}
}

// submitBlock is the last line, and above it what belongs to no visible field.
func (f *Form) submitBlock(th *style.Theme) block {
	var lines []string
	for _, id := range f.unplaced() {
		for _, line := range problem(th, f.problem(id), f.width-fieldIndent-1) {
			lines = append(lines, blank(fieldIndent)+line)
		}
	}
	at := stop{len(f.sections), 0}
	ink := th.Dim
	if at == f.at {
		ink = th.Accent
	}
	line := " " + f.bar(th, at) + " " + ink.Render(style.Escape(f.submit)) + "  " + th.Dim.Render("ctrl+s")
	return block{lines: append(lines, line), cursor: len(lines), at: at}
}

// problem draws what is wrong, below the place where it is.
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

// inked draws escaped secondary text; nothing when there is none.
func inked(ink lipgloss.Style, text string, width int) []string {
	if text == "" {
		return nil
	}
	lines := Wrap(text, width)
	for i, line := range lines {
		lines[i] = ink.Render(line)
	}
	return lines
}
