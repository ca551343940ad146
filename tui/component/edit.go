package component

import (
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"backchannel/tui/style"
)

// edit is one line of text being typed. It edits with textinput but draws itself, because
// textinput's cursor is invisible without colours, its width is wrong for joined emoji, and
// it draws control characters.
type edit struct {
	in textinput.Model
}

func newEdit(value string) edit {
	e := edit{in: textinput.New()}
	e.in.KeyMap.Paste.SetEnabled(false) // it reads the clipboard of this machine, which may not be the terminal's
	e.in.SetValue(value)
	e.in.CursorEnd()
	e.in.Focus()
	return e
}

func (e *edit) text() string { return e.in.Value() }

// key handles a key. Keys that do not edit text change nothing.
func (e *edit) key(msg tea.KeyMsg) {
	if msg.Alt && msg.Type == tea.KeyRunes && !slices.Contains([]string{"b", "f", "d"}, string(msg.Runes)) {
		return // textinput would insert it as if alt were not pressed
	}
	if msg.Paste {
		msg.Runes = []rune(strings.Trim(pasted(msg), "\n"))
	}
	e.in, _ = e.in.Update(msg)
}

// pasted returns the text of a paste with \n for \r, which terminals send as line end.
func pasted(msg tea.KeyMsg) string {
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(msg.Runes))
}

// view draws the line in at most width cells, with the cursor always visible.
func (e *edit) view(th *style.Theme, width int, focused, masked bool) string {
	show := func(s string) string {
		if masked {
			return strings.Repeat(style.Mask, len([]rune(s)))
		}
		return style.Escape(s)
	}
	if !focused {
		return th.Text.Render(clip(show(e.text()), width))
	}
	runes, pos := []rune(e.text()), e.in.Position()
	return lineWithCursor(th, show(string(runes[:pos])), show(string(runes[pos:])), width)
}

// lineWithCursor draws before and after with the cursor between them, scrolled so that the
// cursor is visible.
func lineWithCursor(th *style.Theme, before, after string, width int) string {
	at, _ := ansi.FirstGraphemeCluster(after, ansi.GraphemeWidth)
	after = after[len(at):]
	switch {
	case th.Plain:
		at = style.Caret + at
	case at == "":
		at = " "
	}
	line := th.Text.Render(before) + th.Cursor.Render(at) + th.Text.Render(after)
	needed := Width(before + at)
	if after != "" {
		needed++
	}
	if hidden := needed - width; hidden > 0 {
		line = ansi.TruncateLeft(line, hidden+1, style.More)
	}
	return Fit(line, width)
}
