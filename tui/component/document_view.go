package component

import (
	"strconv"
	"strings"
	"text/scanner"

	"github.com/charmbracelet/x/ansi"

	"backchannel/tui/style"
)

// An extent is a part of a line, in bytes.
type extent struct{ from, to int }

// colouredLine is the length, in bytes, of the longest line that is coloured. To colour a line, it
// has to be scanned from its beginning.
const colouredLine = 4 << 10

// A laid is a line as it is drawn, divided into rows.
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
	l := laid{text: d.folds.text(line)}
	if d.Wrapped {
		l.rows = wrapRows(l.text, d.room(), hang(l.text, d.room()))
	} else {
		l.rows = []extent{visiblePart(l.text, d.left, d.room())}
	}
	d.laid[line] = l
	return l
}

// hang returns the indentation, in cells, of the second and later rows of a line.
func hang(text string, room int) int {
	return min(indentOf(text)+indentStep, room/2)
}

// wrapRows divides a text into rows of at most room cells. The second and later rows are shorter by
// indent cells.
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

// cluster returns the bytes and the cells of the first grapheme cluster. Two ASCII characters in a
// row never form one, which saves almost all of the work.
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

// View draws the visible rows, and below them the search.
func (d *Document) View(th *style.Theme) string {
	if d.width <= 0 || d.height <= 0 {
		return ""
	}
	p := painter{d, th}
	lines := make([]string, 0, d.height+1)
	at, row := d.top, d.sub
	for len(lines) < d.height && at < d.folds.len() {
		lines = append(lines, p.gutter(at, row)+p.row(at, row))
		if row++; row >= len(d.rowsOf(d.folds.line(at))) {
			at, row = at+1, 0
		}
	}
	lines = Lines(lines, d.width, d.height)
	if d.Search.Shown() {
		lines = append(lines, d.Search.view(th, d.width))
	}
	return join(lines)
}

// A painter draws the rows of a document.
type painter struct {
	of *Document
	th *style.Theme
}

// gutter draws the cursor, the number of a line, and a glyph if the line has a flaw or is folded.
// Glyphs say that to people who see no colours.
func (p painter) gutter(at, row int) string {
	d, line := p.of, p.of.folds.line(at)
	bar := " "
	if high := len(d.rowsOf(line)) > d.height; d.Focused && at == d.at && (row == d.row || !high) {
		bar = p.th.Accent.Render(style.Bar)
	}
	if row > 0 {
		return bar + blank(d.margin()-1)
	}
	sign, ink := " ", p.th.Rule
	if _, folded := d.folds.ends[line]; folded {
		sign = p.th.Text.Render(style.Closed)
	}
	if _, wrong := flawOf(d.flaws, line); wrong {
		sign, ink = p.th.Bad.Render(style.Cross), p.th.Bad
	}
	return bar + ink.Render(FitRight(strconv.Itoa(line+1), d.margin()-2)) + sign
}

// row draws a row of a line.
func (p painter) row(at, row int) string {
	d := p.of
	l := d.layOut(d.folds.line(at))
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
	if d.Focused && at == d.at && !p.th.Plain {
		under = p.th.Row
	}
	return lead + paint(text, part, p.runs(text, part), under)
}

// A run is an extent in one style.
type run struct {
	extent
	ink style.Style
}

// runs returns the styles of a line, or in a long line those of a part.
func (p painter) runs(text string, part extent) []run {
	all := []run{{part, p.th.Text}}
	if p.th.Plain {
		return all
	}
	wanted := p.of.Search.wanted()
	near := extent{max(0, part.from-len(wanted)), min(len(text), part.to+len(wanted))}
	if len(text) <= colouredLine {
		near = extent{0, len(text)}
		if p.of.folds.indented {
			all = jsonRuns(p.th, text)
		}
	}
	for _, found := range matches(text[near.from:near.to], wanted) {
		all = overlay(all, run{extent{near.from + found.from, near.from + found.to}, p.th.Cursor})
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

// overlay replaces the style of a part of a line.
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

// paint draws a part of a text. under is the background of the row with the cursor.
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
