package component

import (
	"slices"
	"strconv"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"backchannel/tui/style"
)

// Content is what a [Document] shows.
type Content struct {
	Text   string
	Indent bool   // Text is JSON as [PrettyJSON] returns it, so that it can be folded
	Flaws  []Flaw // in the order of their lines
}

// A Flaw is a line of a document in which something is wrong.
type Flaw struct {
	Line    int    // from 1; 0: that of the Pointer
	Pointer string // to the value (RFC 6901), or to the one that is missing; empty: there is none
	What    string
}

// A Document shows a body with a cursor. It can be searched and, if it is indented JSON, folded. It
// draws, wraps and colours only what is visible, because a body may have a mebibyte in one line, or
// half a million lines when it is indented.
type Document struct {
	Wrapped bool // if false, left and right scroll sideways
	Focused bool
	Search  Search

	flaws []Flaw
	folds folds

	at, row  int // the cursor: a position among the lines that are not folded away, and a row of that line
	top, sub int // the same of the first visible row
	left     int
	width    int
	height   int
	laid     map[int]laid // a cache of lines at the current width
}

// NewDocument returns an empty document, which wraps long lines.
func NewDocument() Document {
	d := Document{Wrapped: true}
	d.SetContent(Content{})
	return d
}

// SetContent shows another text, scrolled to its first flaw, if it has one. A search that a person is
// typing continues in the new text, because otherwise the next letters would act as keys.
func (d *Document) SetContent(c Content) {
	typed := d.Search
	*d = Document{Wrapped: d.Wrapped, Focused: d.Focused, width: d.width, height: d.height}
	d.folds.outline = outline{strings.Split(strings.ReplaceAll(c.Text, "\r\n", "\n"), "\n"), c.Indent}
	for _, flaw := range c.Flaws {
		if flaw.Line == 0 {
			flaw.Line = d.folds.lineOf(flaw.Pointer) + 1
		}
		d.flaws = append(d.flaws, flaw)
	}
	if len(d.flaws) > 0 {
		d.reveal(d.flaws[0].Line - 1)
	}
	if typed.typing {
		d.Search = Search{line: typed.line, typing: true}
		d.find()
	}
}

// SetSize sets the document's size in cells. A search takes the last line.
func (d *Document) SetSize(width, height int) {
	if d.Search.Shown() {
		height = max(0, height-1)
	}
	if width != d.width {
		d.laid = nil
	}
	unseen := d.height == 0 && height > 0
	d.width, d.height = width, height
	if unseen && len(d.flaws) > 0 {
		d.reveal(d.folds.line(d.at))
	}
	d.keepVisible()
}

// ToggleWrap switches wrapping.
func (d *Document) ToggleWrap() {
	d.Wrapped, d.laid = !d.Wrapped, nil
	d.left, d.row, d.sub = 0, 0, 0
	d.keepVisible()
}

// Partial reports whether there is more of the text than fits.
func (d *Document) Partial() bool {
	rows := 0
	for at := 0; at < d.folds.len() && rows <= d.height; at++ {
		rows += len(d.rowsOf(d.folds.line(at)))
	}
	return d.height > 0 && rows > d.height
}

// Position returns how many lines are out of view, as in "↓16 more", or during a search the number of
// the match and of all matches. A partly visible line counts as out of view.
func (d *Document) Position() string {
	if d.Search.Shown() {
		return d.Search.count()
	}
	at, row := d.top, d.sub
	for rows := d.height; at < d.folds.len(); at, row = at+1, 0 {
		if rows -= len(d.rowsOf(d.folds.line(at))) - row; rows < 0 {
			break
		}
	}
	above := d.top
	if d.sub > 0 {
		above++
	}
	return outOfSight(above, d.folds.len()-at)
}

// Key handles a key that moves the cursor, and reports whether it did.
func (d *Document) Key(msg tea.KeyMsg) bool {
	page := max(1, d.height)
	switch msg.String() {
	case "j", "down":
		d.step(1)
	case "k", "up":
		d.step(-1)
	case "ctrl+d":
		d.at, d.row = d.moved(d.at, d.row, max(1, page/2))
	case "ctrl+u":
		d.at, d.row = d.moved(d.at, d.row, -max(1, page/2))
	case "pgdown":
		d.at, d.row = d.moved(d.at, d.row, page)
	case "pgup":
		d.at, d.row = d.moved(d.at, d.row, -page)
	case "g", "home":
		d.at, d.row = 0, 0
	case "G", "end":
		d.at = d.folds.len() - 1
		d.row = len(d.rowsOf(d.folds.line(d.at))) - 1
	case "left":
		return d.slide(-sideways)
	case "right":
		return d.slide(sideways)
	default:
		return false
	}
	d.keepVisible()
	return true
}

// step moves the cursor to the next line or back. In a line that is higher than the pane it moves by
// a row, because otherwise the middle of the line could never be seen.
func (d *Document) step(by int) {
	rows := len(d.rowsOf(d.folds.line(d.at)))
	if next := d.row + by; rows > d.height && next >= 0 && next < rows {
		d.row = next
		return
	}
	if next := d.at + by; next >= 0 && next < d.folds.len() {
		d.at, d.row = next, 0
		if last := len(d.rowsOf(d.folds.line(next))) - 1; by < 0 && last >= d.height {
			d.row = last
		}
	}
}

// moved returns the row that is by rows below another one, or above if by is negative.
func (d *Document) moved(at, row, by int) (int, int) {
	row += by
	for row < 0 && at > 0 {
		at--
		row += len(d.rowsOf(d.folds.line(at)))
	}
	for at < d.folds.len()-1 && row >= len(d.rowsOf(d.folds.line(at))) {
		row -= len(d.rowsOf(d.folds.line(at)))
		at++
	}
	return at, max(0, min(row, len(d.rowsOf(d.folds.line(at)))-1))
}

// sideways is how many cells left and right scroll.
const sideways = 8

// slide scrolls sideways, at most to the end of the longest visible line.
func (d *Document) slide(by int) bool {
	if d.Wrapped {
		return false
	}
	longest := 0
	for at := d.top; at < min(d.top+d.height, d.folds.len()); at++ {
		longest = max(longest, Width(d.folds.text(d.folds.line(at))))
	}
	d.left = max(0, min(d.left+by, longest-d.room()))
	d.laid = nil
	return true
}

// reveal moves the cursor to a line, with some above it, and unfolds what hides it.
func (d *Document) reveal(line int) {
	line = max(0, min(line, len(d.folds.lines)-1))
	d.folds.show(line)
	d.laid = nil
	d.at, d.row = d.folds.position(line), 0
	d.top, d.sub = d.moved(d.at, 0, -d.height/3)
	d.keepVisible()
}

// keepVisible scrolls until the cursor is visible and the last page is full.
func (d *Document) keepVisible() {
	height := max(1, d.height)
	d.at = max(0, min(d.at, d.folds.len()-1))
	d.row = max(0, min(d.row, len(d.rowsOf(d.folds.line(d.at)))-1))
	// The first visible row lies between first and the cursor, but not after end, from which on the
	// last page would not be full. Later limits override earlier ones.
	end, endRow := d.moved(d.folds.len()-1, len(d.rowsOf(d.folds.line(d.folds.len()-1)))-1, 1-height)
	first, firstRow := d.moved(d.at, d.row, 1-height)
	for _, limit := range []struct{ at, row, sign int }{{first, firstRow, 1}, {end, endRow, -1}, {d.at, d.row, -1}, {0, 0, 1}} {
		if order := (d.top-limit.at)*limit.sign < 0 || d.top == limit.at && (d.sub-limit.row)*limit.sign < 0; order {
			d.top, d.sub = limit.at, limit.row
		}
	}
	d.sub = max(0, min(d.sub, len(d.rowsOf(d.folds.line(d.top)))-1))
}

// flawOf returns the flaw of a line.
func flawOf(all []Flaw, line int) (Flaw, bool) {
	i := slices.IndexFunc(all, func(f Flaw) bool { return f.Line == line+1 })
	if i < 0 {
		return Flaw{}, false
	}
	return all[i], true
}

// At returns the spot at the cursor.
func (d *Document) At() Spot {
	line := d.folds.line(d.at)
	flaw, _ := flawOf(d.flaws, line)
	return Spot{flaw, &d.folds.outline, d.folds.valueOf(line)}
}

// CanFold reports whether there is anything to fold.
func (d *Document) CanFold() bool { return d.folds.indented && len(d.folds.lines) > 1 }

// Fold folds or unfolds the array or object that begins at the cursor or, if none does, is around it.
func (d *Document) Fold() { d.refold(d.folds.toggle(d.folds.line(d.at))) }

// FoldAll folds every array and object within the outermost one, or unfolds all.
func (d *Document) FoldAll() {
	line := d.folds.line(d.at)
	d.folds.toggleAll()
	d.refold(line)
}

// refold adapts the view to changed folds, with the cursor on a line or on the fold that hides it.
func (d *Document) refold(line int) {
	d.laid = nil
	d.at, d.row = d.folds.position(line), 0
	d.keepVisible()
}

// Type handles a key while a person types what to search for.
func (d *Document) Type(msg tea.KeyMsg) {
	if d.Search.key(msg) {
		d.find()
	}
}

// find looks for the text, and goes to the first match from the cursor on.
func (d *Document) find() {
	d.Search.run(len(d.folds.lines), func(line int) string { return style.Escape(d.folds.lines[line]) })
	d.Next(0)
}

// Next goes to the next match, or back if by is negative, and wraps around.
func (d *Document) Next(by int) {
	if line, ok := d.Search.next(d.folds.line(d.at), by); ok {
		d.reveal(line)
	}
}

// room returns the width available for text beside the line numbers.
func (d *Document) room() int { return max(1, d.width-d.margin()) }

// margin is the width of the line numbers, with a cell for the cursor before and one for a glyph
// after them.
func (d *Document) margin() int { return len(strconv.Itoa(len(d.folds.lines))) + 2 }
