package component

import (
	"fmt"
	"strconv"
	"strings"
	"text/scanner"

	"github.com/charmbracelet/x/ansi"

	"backchannel/tui/style"
)

// An extent is a part of a line, in bytes.
type extent struct{ from, to int }

// colouredLine is the length of the longest line that is coloured. To colour a line, all of it
// has to be read.
const colouredLine = 4 << 10

// text returns a line as it is drawn. Of a fold, the first line says how many it hides.
func (d *Document) text(line int) string {
	text := style.Escape(d.lines[line])
	end, folded := d.folded[line]
	if !folded {
		return text
	}
	closing := strings.Trim(d.lines[end], " ,")
	return fmt.Sprintf("%s%s%s  %d lines", text, style.More, closing, end-line-1)
}

// laid is a line as it is drawn, and its rows.
type laid struct {
	text string
	rows []extent // at least one
}

// rowsOf returns the rows of a line.
func (d *Document) rowsOf(line int) []extent { return d.layOut(line).rows }

// layOut divides a line into rows.
func (d *Document) layOut(line int) laid {
	if l, ok := d.laid[line]; ok {
		return l
	}
	const mostKept = 10_000
	if d.laid == nil || len(d.laid) > mostKept {
		d.laid = map[int]laid{}
	}
	l := laid{text: d.text(line)}
	if d.Wrapped {
		l.rows = wrapRows(l.text, d.room(), hang(l.text, d.room()))
	} else {
		l.rows = []extent{visiblePart(l.text, d.left, d.room())}
	}
	d.laid[line] = l
	return l
}

// hang returns by how much the rows of a line are indented from the second on.
func hang(text string, room int) int {
	return min(indentOf(text)+indentStep, room/2)
}

// wrapRows divides a text into rows of at most room cells, of which those from the second on
// have indent cells less.
func wrapRows(text string, room, indent int) []extent {
	var rows []extent
	from, used := 0, 0
	for at := 0; at < len(text); {
		size, cells := cluster(text[at:])
		if used+cells > room && at > from {
			rows = append(rows, extent{from, at})
			from, used = at, indent
		}
		at += size
		used += cells
	}
	return append(rows, extent{from, len(text)})
}

// cluster returns the bytes and the cells of the first character.
func cluster(text string) (size, cells int) {
	if text[0] < 0x80 && (len(text) == 1 || text[1] < 0x80) {
		return 1, 1
	}
	first, cells := ansi.FirstGraphemeCluster(text, ansi.GraphemeWidth)
	return max(1, len(first)), cells
}

// visiblePart returns the part of a text that is visible when it is scrolled sideways.
func visiblePart(text string, left, room int) extent {
	from, used, at := 0, 0, 0
	for at < len(text) && used < left+room {
		size, cells := cluster(text[at:])
		if used+cells > left+room {
			break
		}
		at += size
		if used += cells; used <= left {
			from = at
		}
	}
	return extent{from, at}
}

// View draws the visible rows, and below them what is searched for.
func (d *Document) View(th *style.Theme) string {
	if d.width <= 0 || d.height <= 0 {
		return ""
	}
	lines := make([]string, 0, d.height+1)
	at, row := d.top, d.sub
	for len(lines) < d.height && at < d.len() {
		rows := d.rowsOf(d.line(at))
		lines = append(lines, d.gutter(th, at, row)+d.draw(th, at, row))
		if row++; row >= len(rows) {
			at, row = at+1, 0
		}
	}
	lines = Lines(lines, d.width, d.height)
	if d.search.Shown() {
		lines = append(lines, d.searchView(th))
	}
	return join(lines)
}

// gutter draws the cursor, the number of a line, and a sign if something is wrong in it or
// folded. A bar and signs also say that to people who see no colour.
func (d *Document) gutter(th *style.Theme, at, row int) string {
	line := d.line(at)
	bar := " "
	if high := len(d.rowsOf(line)) > d.height; d.Focused && at == d.at && (row == d.row || !high) {
		bar = th.Accent.Render(style.Bar)
	}
	if row > 0 {
		return bar + blank(d.margin()-1)
	}
	number, sign, ink := FitRight(strconv.Itoa(line+1), d.margin()-2), " ", th.Rule
	_, folded := d.folded[line]
	_, wrong := d.flaw(line)
	switch {
	case wrong:
		sign, ink = style.Cross, th.Bad
	case folded:
		sign = th.Text.Render(style.Closed)
	}
	if wrong {
		sign = th.Bad.Render(sign)
	}
	return bar + ink.Render(number) + sign
}

// draw draws a row of a line.
func (d *Document) draw(th *style.Theme, at, row int) string {
	l := d.layOut(d.line(at))
	text, part := l.text, l.rows[row]
	lead := ""
	if row > 0 {
		lead = blank(hang(text, d.room()))
	}
	if d.left > 0 && part.from > 0 {
		lead, part.from = style.More, part.from+min(1, part.to-part.from)
		for part.from < part.to && text[part.from]&0xc0 == 0x80 {
			part.from++
		}
	}
	under := style.Style{}
	if d.Focused && at == d.at && !th.Plain {
		under = th.Row
	}
	return lead + paint(text, part, d.runs(th, text, part), under)
}

// A run is a extent in one style.
type run struct {
	extent
	ink style.Style
}

// runs returns the styles of a line, of a long one those of a part.
func (d *Document) runs(th *style.Theme, text string, part extent) []run {
	all := []run{{part, th.Text}}
	if th.Plain {
		return all
	}
	wanted := needle(d.search.text())
	near := extent{max(0, part.from-len(wanted)), min(len(text), part.to+len(wanted))}
	if len(text) <= colouredLine {
		near = extent{0, len(text)}
		if d.indent {
			all = jsonRuns(th, text)
		}
	}
	for _, found := range matches(text[near.from:near.to], wanted) {
		all = overlay(all, run{extent{near.from + found.from, near.from + found.to}, th.Cursor})
	}
	return all
}

func jsonRuns(th *style.Theme, text string) (all []run) {
	words := jsonWords(text)
	for word := words.Scan(); word != scanner.EOF; word = words.Scan() {
		from, to := words.Offset, words.Pos().Offset
		all = append(all, run{extent{from, to}, jsonStyle(th, word, words.Peek())})
	}
	return all
}

// overlay gives a part of a line another style.
func overlay(all []run, top run) (out []run) {
	for _, r := range all {
		before, after := r, r
		before.to, after.from = min(r.to, top.from), max(r.from, top.to)
		if before.from < before.to {
			out = append(out, before)
		}
		if r.from <= top.from && top.from < r.to {
			out = append(out, top)
		}
		if after.from < after.to {
			out = append(out, after)
		}
	}
	return out
}

// paint draws a part of a text.
func paint(text string, part extent, runs []run, under style.Style) string {
	var out strings.Builder
	for _, r := range runs {
		from, to := max(r.from, part.from), min(r.to, part.to)
		if from >= to {
			continue
		}
		ink := r.ink
		if under != (style.Style{}) {
			ink = ink.Inherit(under)
		}
		out.WriteString(ink.Render(text[from:to]))
	}
	return out.String()
}
