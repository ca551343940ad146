package component

import (
	"strings"

	"github.com/charmbracelet/bubbles/textarea"
	tea "github.com/charmbracelet/bubbletea"

	"backchannel/tui/style"
)

const areaHeight = 6 // rows in sight at most, unless the field says otherwise

// areaInput edits several lines. As with [edit], bubbles edits and we draw.
type areaInput struct {
	single
	in   textarea.Model
	rows int
}

func newAreaInput(text string, rows int) *areaInput {
	i := &areaInput{in: textarea.New(), rows: rows}
	if rows <= 0 {
		i.rows = areaHeight
	}
	i.in.CharLimit, i.in.MaxHeight, i.in.MaxWidth = 0, 0, 0
	i.in.SetWidth(1 << 14) // wide enough that it never wraps: the lines it knows are the lines we draw
	i.in.KeyMap.Paste.SetEnabled(false)
	i.in.SetValue(text)
	i.in.Focus()
	return i
}

func (i *areaInput) key(msg tea.KeyMsg) bool {
	switch {
	case msg.Paste:
		i.in.InsertString(pasted(msg))
		return true
	case msg.Type == tea.KeyUp && i.in.Line() == 0, msg.Type == tea.KeyDown && i.in.Line() == i.in.LineCount()-1:
		return false
	case msg.Type == tea.KeyEnter, msg.Type == tea.KeyUp, msg.Type == tea.KeyDown, types(msg):
		i.in, _ = i.in.Update(msg)
		return true
	}
	return false
}

func (i *areaInput) value() Value { return Value{Text: i.in.Value()} }

func (i *areaInput) view(th *style.Theme, width int, focused bool) ([]string, int) {
	lines := strings.Split(i.in.Value(), "\n")
	at := min(i.in.Line(), len(lines)-1)
	top := max(0, at-i.rows+1)
	var out []string
	for n := top; n < min(len(lines), top+i.rows); n++ {
		if n == at && focused {
			info := i.in.LineInfo()
			runes := []rune(lines[n])
			pos := min(info.StartColumn+info.ColumnOffset, len(runes))
			out = append(out, lineWithCursor(th, style.Escape(string(runes[:pos])), style.Escape(string(runes[pos:])), width))
			continue
		}
		out = append(out, th.Text.Render(clip(style.Escape(lines[n]), width)))
	}
	return out, at - top
}
