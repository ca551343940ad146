package component

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"backchannel/tui/style"
)

// Cell is plain text with the style to draw it in.
type Cell struct {
	Text    string
	Shorter []string // alternatives for when Text does not fit, the longest first
	Style   style.Style
	Glyph   style.Style // of the first character, if the rest has another style
}

// Source provides the rows of a [Table]. The table asks only for the cells of visible rows. Key
// identifies a row as long as it exists.
type Source interface {
	Len() int
	Key(i int) string
	Row(i int) []Cell
}

// Table is a list with columns, marks, and a cursor that stays on its item. Set the exported
// fields once, and call SetSource whenever the rows may have changed.
type Table struct {
	Columns
	Empty   []string // paragraphs that are shown if there are no rows
	Tail    bool     // new rows appear at the bottom, and selecting the last row follows them
	Marking bool     // space marks rows
	Marks   Marks
	Focused bool
	Sign    func(i int) string // a glyph left of a row without a mark; may be nil

	source Source
	key    string // of the selected row
	chosen string // the row that a person chose, to be selected again when it is back
	cursor int
	top    int
	follow bool
	width  int
	height int
}

// SetSize sets the table's size in cells.
func (t *Table) SetSize(width, height int) {
	t.width, t.height = width, height
	t.layOut(width)
	t.scroll()
}

// SetSource sets new rows. The selection stays on its item, and the item on its line. If the item is
// missing, the next one is selected until the item is back, for example after a filter was removed. If
// the table follows new rows, the last row is selected.
func (t *Table) SetSource(s Source) {
	t.source = s
	if t.follow {
		t.moveTo(t.Len() - 1)
		return
	}
	at := t.find(t.chosen)
	if at < 0 {
		at = t.find(t.key)
	}
	if at >= 0 {
		t.top += at - t.cursor
		t.cursor = at
	}
	t.moveTo(t.cursor)
	if t.chosen == "" {
		t.Choose()
	}
}

// Choose marks the selected row as chosen by a person.
func (t *Table) Choose() {
	if t.key != "" {
		t.chosen = t.key
	}
}

// Len returns the number of rows.
func (t *Table) Len() int {
	if t.source == nil {
		return 0
	}
	return t.source.Len()
}

// selected returns the key of the selected row. It returns false if there are no rows.
func (t *Table) selected() (string, bool) {
	return t.key, t.Len() > 0
}

// Index returns the position of the selected row, counted from 0.
func (t *Table) Index() int { return t.cursor }

// Bottom returns the position of the last visible row, counted from 0, or -1 if there are none.
func (t *Table) Bottom() int { return min(t.top+max(1, t.rows()), t.Len()) - 1 }

// Select moves the cursor to the row with that key, if there is one, and stops
// following.
func (t *Table) Select(key string) bool {
	at := t.find(key)
	if at >= 0 {
		t.follow = false
		t.moveTo(at)
		t.Choose()
	}
	return at >= 0
}

// Click selects the row on a line of the table, and reports whether there is one.
func (t *Table) Click(line int) bool {
	at := t.top + line - 1 // below the header
	if line < 1 || line >= t.height || at >= t.Len() {
		return false
	}
	t.follow = false
	t.moveTo(at)
	t.Choose()
	return true
}

// Following reports whether the cursor follows the newest row.
func (t *Table) Following() bool { return t.follow }

// Follow starts or stops following the newest row.
func (t *Table) Follow(on bool) {
	t.follow = on
	if on {
		t.moveTo(t.Len() - 1)
	}
	t.Choose()
}

// Key handles a key and reports whether it did.
func (t *Table) Key(msg tea.KeyMsg) bool {
	page := t.Page()
	switch msg.String() {
	case "j", "down":
		t.step(1)
	case "k", "up":
		t.step(-1)
	case "ctrl+d":
		t.step(max(1, page/2))
	case "ctrl+u":
		t.step(-max(1, page/2))
	case "pgdown":
		t.step(page)
	case "pgup":
		t.step(-page)
	case "g", "home":
		t.step(-t.Len())
	case "G", "end":
		t.moveTo(t.Len() - 1)
		t.follow = t.Tail
	case " ":
		key, ok := t.selected()
		if t.Marking && ok {
			t.Marks.toggle(key)
		}
		return t.Marking && ok
	default:
		return false
	}
	t.Choose()
	return true
}

func (t *Table) step(by int) {
	if by < 0 {
		t.follow = false
	}
	t.moveTo(t.cursor + by)
}

func (t *Table) moveTo(i int) {
	t.cursor = max(0, min(i, t.Len()-1))
	t.key = ""
	if t.Len() > 0 {
		t.key = t.source.Key(t.cursor)
	}
	t.scroll()
}

// scroll keeps the cursor visible and the last page full.
func (t *Table) scroll() {
	rows := max(1, t.rows())
	t.top = min(t.top, t.cursor, max(0, t.Len()-rows))
	t.top = max(0, t.top, t.cursor-rows+1)
}

// rows returns how many rows fit below the header.
func (t *Table) rows() int { return max(0, t.height-1) }

// Page returns how many rows are visible, which is also how far a page key moves.
func (t *Table) Page() int { return max(1, t.rows()) }

// find searches for a key from the cursor outwards, because a row rarely moves far.
func (t *Table) find(key string) int {
	n := t.Len()
	if key == "" || n == 0 {
		return -1
	}
	start := min(t.cursor, n-1)
	for d := range n {
		for _, i := range slices.Compact([]int{start - d, start + d}) {
			if i >= 0 && i < n && t.source.Key(i) == key {
				return i
			}
		}
	}
	return -1
}
