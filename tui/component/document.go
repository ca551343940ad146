package component

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
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

// A Document shows a body with a cursor in it. It can be searched, and if it is indented JSON,
// folded. It draws, wraps and colours only what is visible, because a body may have a mebibyte
// in one line, and half a million lines when it is indented.
type Document struct {
	Wrapped bool // if false, left and right scroll sideways
	Focused bool

	lines  []string // as they came, not escaped
	indent bool
	flaws  []Flaw
	search search

	folded map[int]int // the first and the last line of each fold, from 0
	shown  []int       // the lines that no fold hides; nil: all

	at, row  int // the cursor: a position in shown, and a row of that line
	top, sub int // the same of the first visible row
	left     int
	width    int
	height   int
	laid     map[int]laid // some lines at the current width
}

// NewDocument returns an empty document, which wraps long lines.
func NewDocument() Document {
	d := Document{Wrapped: true}
	d.SetContent(Content{})
	return d
}

// SetContent shows another text from its first flaw, or from its beginning. A search that is
// being typed goes on in it, because the next letters would act as keys otherwise.
func (d *Document) SetContent(c Content) {
	typed := d.search
	*d = Document{Wrapped: d.Wrapped, Focused: d.Focused, width: d.width, height: d.height, indent: c.Indent}
	d.lines = strings.Split(strings.ReplaceAll(c.Text, "\r\n", "\n"), "\n")
	for _, flaw := range c.Flaws {
		if flaw.Line == 0 {
			flaw.Line = d.lineOf(flaw.Pointer) + 1
		}
		d.flaws = append(d.flaws, flaw)
	}
	if len(d.flaws) > 0 {
		d.reveal(d.flaws[0].Line-1, d.height/3)
	}
	if typed.typing {
		d.search = search{line: typed.line, typing: true}
		d.find()
	}
}

// SetSize sets the document's size in cells. A search takes the last line.
func (d *Document) SetSize(width, height int) {
	if d.search.Shown() {
		height = max(0, height-1)
	}
	if width != d.width {
		d.laid = nil
	}
	unseen := d.height == 0 && height > 0
	d.width, d.height = width, height
	if unseen && len(d.flaws) > 0 {
		d.reveal(d.line(d.at), d.height/3)
	}
	d.keepVisible()
}

// ToggleWrap switches wrapping.
func (d *Document) ToggleWrap() {
	d.Wrapped, d.laid = !d.Wrapped, nil
	d.left, d.row, d.sub = 0, 0, 0
	d.keepVisible()
}

// len returns how many lines the folds leave.
func (d *Document) len() int {
	if d.shown == nil {
		return len(d.lines)
	}
	return len(d.shown)
}

// line returns the line at a position.
func (d *Document) line(at int) int {
	if d.shown == nil {
		return max(0, min(at, len(d.lines)-1))
	}
	return d.shown[max(0, min(at, len(d.shown)-1))]
}

// position returns where a line is, or the fold that hides it.
func (d *Document) position(line int) int {
	if d.shown == nil {
		return line
	}
	return sort.Search(len(d.shown), func(i int) bool { return d.shown[i] > line }) - 1
}

// Partial reports whether there is more of the text than fits.
func (d *Document) Partial() bool {
	rows := 0
	for at := 0; at < d.len() && rows <= d.height; at++ {
		rows += len(d.rowsOf(d.line(at)))
	}
	return d.height > 0 && rows > d.height
}

// Position returns the line of the cursor and the number of lines, as in "12/340", or during
// a search the match and the number of matches.
func (d *Document) Position() string {
	if d.search.Shown() {
		return d.search.count()
	}
	return fmt.Sprintf("%d/%d", d.line(d.at)+1, len(d.lines))
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
		d.scroll(max(1, page/2))
	case "ctrl+u":
		d.scroll(-max(1, page/2))
	case "pgdown":
		d.scroll(page)
	case "pgup":
		d.scroll(-page)
	case "g", "home":
		d.at, d.row = 0, 0
	case "G", "end":
		d.at = d.len() - 1
		d.row = len(d.rowsOf(d.line(d.at))) - 1
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

// step moves the cursor to the next line or back. In a line that is higher than the pane, it
// moves by a row, because what is below could not be seen otherwise.
func (d *Document) step(by int) {
	rows := len(d.rowsOf(d.line(d.at)))
	if next := d.row + by; rows > d.height && next >= 0 && next < rows {
		d.row = next
		return
	}
	if next := d.at + by; next >= 0 && next < d.len() {
		d.at, d.row = next, 0
		if last := len(d.rowsOf(d.line(next))) - 1; by < 0 && last >= d.height {
			d.row = last
		}
	}
}

// scroll moves the cursor by rows.
func (d *Document) scroll(by int) {
	d.at, d.row = d.moved(d.at, d.row, by)
}

// moved returns a row so many rows below another one, or above.
func (d *Document) moved(at, row, by int) (int, int) {
	row += by
	for row < 0 && at > 0 {
		at--
		row += len(d.rowsOf(d.line(at)))
	}
	for at < d.len()-1 && row >= len(d.rowsOf(d.line(at))) {
		row -= len(d.rowsOf(d.line(at)))
		at++
	}
	return at, max(0, min(row, len(d.rowsOf(d.line(at)))-1))
}

// sideways is how many cells left and right scroll.
const sideways = 8

// slide scrolls sideways, at most to the end of the longest visible line.
func (d *Document) slide(by int) bool {
	if d.Wrapped {
		return false
	}
	longest := 0
	for at := d.top; at < min(d.top+d.height, d.len()); at++ {
		longest = max(longest, Width(d.text(d.line(at))))
	}
	d.left = max(0, min(d.left+by, longest-d.room()))
	d.laid = nil
	return true
}

// reveal moves the cursor to a line, with so many rows above it, and unfolds what hides it.
func (d *Document) reveal(line, above int) {
	line = max(0, min(line, len(d.lines)-1))
	for from, to := range d.folded {
		if from < line && line <= to {
			delete(d.folded, from)
		}
	}
	d.arrange()
	d.at, d.row = d.position(line), 0
	d.top, d.sub = d.moved(d.at, 0, -above)
	d.keepVisible()
}

// keepVisible scrolls until the cursor is visible and the last page is full.
func (d *Document) keepVisible() {
	height := max(1, d.height)
	d.at = max(0, min(d.at, d.len()-1))
	d.row = max(0, min(d.row, len(d.rowsOf(d.line(d.at)))-1))
	end, endRow := d.moved(d.len()-1, len(d.rowsOf(d.line(d.len()-1)))-1, 1-height)
	first, firstRow := d.moved(d.at, d.row, 1-height)
	for _, limit := range []struct{ at, row, sign int }{{first, firstRow, 1}, {end, endRow, -1}, {d.at, d.row, -1}, {0, 0, 1}} {
		if order := (d.top-limit.at)*limit.sign < 0 || d.top == limit.at && (d.sub-limit.row)*limit.sign < 0; order {
			d.top, d.sub = limit.at, limit.row
		}
	}
	d.sub = max(0, min(d.sub, len(d.rowsOf(d.line(d.top)))-1))
}

// Flaw returns the flaw at the cursor.
func (d *Document) Flaw() (Flaw, bool) { return d.flaw(d.line(d.at)) }

// flaw returns the flaw of a line.
func (d *Document) flaw(line int) (Flaw, bool) {
	i := slices.IndexFunc(d.flaws, func(f Flaw) bool { return f.Line == line+1 })
	if i < 0 {
		return Flaw{}, false
	}
	return d.flaws[i], true
}

// room returns the width available for text beside the line numbers.
func (d *Document) room() int { return max(1, d.width-d.margin()) }

// margin is the width of the line numbers with the cursor before and a sign behind them.
func (d *Document) margin() int { return len(strconv.Itoa(len(d.lines))) + 2 }
