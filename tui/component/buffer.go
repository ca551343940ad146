package component

import (
	"slices"
	"strings"
	"unicode"

	tea "github.com/charmbracelet/bubbletea"
)

// A buffer holds lines that are being edited. It stores every rune, so that text which is not
// edited stays unchanged, including control characters. A key takes time proportional to the
// length of its line only.
type buffer struct {
	lines    [][]rune // at least one
	row, col int
}

func newBuffer(s string) buffer {
	b := buffer{lines: [][]rune{nil}}
	b.insert(s)
	return b
}

func (b *buffer) String() string {
	lines := make([]string, len(b.lines))
	for i, line := range b.lines {
		lines[i] = string(line)
	}
	return strings.Join(lines, "\n")
}

func (b *buffer) line() []rune { return b.lines[b.row] }

// insert inserts text, which may have several lines, before the cursor.
func (b *buffer) insert(s string) {
	before, after := b.line()[:b.col], slices.Clone(b.line()[b.col:])
	var added [][]rune
	for part := range strings.SplitSeq(s, "\n") {
		added = append(added, []rune(part))
	}
	last := len(added) - 1
	added[0] = slices.Concat(before, added[0])
	b.col = len(added[last])
	added[last] = append(added[last], after...)
	b.lines = slices.Replace(b.lines, b.row, b.row+1, added...)
	b.row += last
}

// erase removes the text between the cursor and another column of its line, and moves the cursor
// to the beginning of the gap.
func (b *buffer) erase(to int) {
	from, to := min(b.col, to), max(b.col, to)
	b.lines[b.row] = slices.Delete(b.line(), from, to)
	b.col = from
}

// join appends the next line to a row, and puts the cursor between them.
func (b *buffer) join(row int) {
	if row < 0 || row+1 >= len(b.lines) {
		return
	}
	b.row, b.col = row, len(b.lines[row])
	b.lines[row] = append(b.lines[row], b.lines[row+1]...)
	b.lines = slices.Delete(b.lines, row+1, row+2)
}

// goTo moves the cursor to a row, to the same column if the row is long enough.
func (b *buffer) goTo(row int) {
	b.row = max(0, min(row, len(b.lines)-1))
	b.col = min(b.col, len(b.line()))
}

// step moves the cursor by one character, across the ends of lines.
func (b *buffer) step(by int) {
	switch col := b.col + by; {
	case col >= 0 && col <= len(b.line()):
		b.col = col
	case by < 0 && b.row > 0:
		b.row--
		b.col = len(b.line())
	case by > 0 && b.row+1 < len(b.lines):
		b.row, b.col = b.row+1, 0
	}
}

// word returns the column of the start of the word before the cursor, or of the end of the word
// after it.
func (b *buffer) word(dir int) int {
	line, at := b.line(), b.col
	next := func() (rune, bool) {
		i := at + min(dir, 0)
		if i < 0 || i >= len(line) {
			return 0, false
		}
		return line[i], true
	}
	for _, within := range []bool{false, true} {
		for r, ok := next(); ok && (unicode.IsLetter(r) || unicode.IsDigit(r)) == within; r, ok = next() {
			at += dir
		}
	}
	return at
}

// key handles a key that edits or moves the cursor, and reports whether it did.
func (b *buffer) key(msg tea.KeyMsg) bool {
	if msg.Type == tea.KeyRunes && !msg.Alt || msg.Type == tea.KeySpace {
		b.insert(pasted(msg))
		return true
	}
	name := msg.String()
	return b.moved(name) || b.removed(name)
}

// moved handles the keys that move the cursor. They are those of readline and of common editors,
// because people try either.
func (b *buffer) moved(key string) bool {
	switch key {
	case "left", "ctrl+b":
		b.step(-1)
	case "right", "ctrl+f":
		b.step(1)
	case "up":
		b.goTo(b.row - 1)
	case "down":
		b.goTo(b.row + 1)
	case "home", "ctrl+a":
		b.col = 0
	case "end", "ctrl+e":
		b.col = len(b.line())
	case "ctrl+home":
		b.row, b.col = 0, 0
	case "ctrl+end":
		b.row = len(b.lines) - 1
		b.col = len(b.line())
	case "alt+left", "ctrl+left", "alt+b":
		b.col = b.word(-1)
	case "alt+right", "ctrl+right", "alt+f":
		b.col = b.word(1)
	default:
		return false
	}
	return true
}

// removed handles the keys that insert a line break or delete. At either end of a line, backspace
// and delete join lines.
func (b *buffer) removed(key string) bool {
	switch key {
	case "enter":
		b.insert("\n")
	case "backspace", "ctrl+h":
		if b.col == 0 {
			b.join(b.row - 1)
			break
		}
		b.erase(b.col - 1)
	case "delete", "ctrl+d":
		if b.col == len(b.line()) {
			b.join(b.row)
			break
		}
		b.erase(b.col + 1)
	case "ctrl+u":
		b.erase(0)
	case "ctrl+k":
		b.erase(len(b.line()))
	case "ctrl+w", "alt+backspace":
		b.erase(b.word(-1))
	case "alt+d", "alt+delete":
		b.erase(b.word(1))
	default:
		return false
	}
	return true
}
