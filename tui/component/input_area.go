package component

import (
	tea "github.com/charmbracelet/bubbletea"

	"backchannel/tui/style"
)

const areaHeight = 6 // the visible rows, unless Field.Rows is set

// An areaInput edits several lines.
type areaInput struct {
	single
	buffer
	rows int
}

func newAreaInput(s string, rows int) *areaInput {
	i := &areaInput{buffer: newBuffer(s), rows: rows}
	if rows <= 0 {
		i.rows = areaHeight
	}
	return i
}

const areaPage = 10 // lines

// key handles a key. At the first and the last line the arrow keys leave the field, so that a person
// can move through the whole form with them.
func (i *areaInput) key(msg tea.KeyMsg) bool {
	atTop, atEnd := i.row == 0, i.row == len(i.lines)-1
	switch {
	case msg.Type == tea.KeyUp && atTop, msg.Type == tea.KeyDown && atEnd:
		return false
	case msg.Type == tea.KeyPgUp && !atTop:
		i.goTo(i.row - areaPage)
		return true
	case msg.Type == tea.KeyPgDown && !atEnd:
		i.goTo(i.row + areaPage)
		return true
	}
	return i.buffer.key(msg) || types(msg)
}

func (i *areaInput) value() Value { return Value{Text: i.String()} }

func (i *areaInput) view(th *style.Theme, width int, focused bool) ([]string, int) {
	top := max(0, i.row-i.rows+1)
	var out []string
	for n := top; n < min(len(i.lines), top+i.rows); n++ {
		if n == i.row && focused {
			out = append(out, i.cursorLine(th, width))
			continue
		}
		out = append(out, th.Text.Render(clip(style.Escape(string(first(i.lines[n], farOut*width))), width)))
	}
	return out, i.row - top
}

// farOut is how many characters a cell of the screen may need. Text further away from the cursor is
// not measured, because a line may have a million characters.
const farOut = 4

// cursorLine draws the line with the cursor. It measures only the text near the cursor.
func (i *areaInput) cursorLine(th *style.Theme, width int) string {
	line, reach := i.line(), farOut*width
	before, after := line[max(0, i.col-reach):i.col], first(line[i.col:], reach)
	return lineWithCursor(th, style.Escape(string(before)), style.Escape(string(after)), width)
}

func first(line []rune, n int) []rune { return line[:min(n, len(line))] }
