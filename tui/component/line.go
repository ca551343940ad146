package component

import (
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"backchannel/tui/style"
)

// Line is a line of text input outside a form, such as a filter. Build it with [NewLine].
type Line struct{ edit edit }

// NewLine returns a line with an initial text and the cursor at its end.
func NewLine(text string) *Line { return &Line{newEdit(text)} }

// Text returns the current text.
func (l *Line) Text() string { return l.edit.text() }

// Key handles a key and reports whether the text changed.
func (l *Line) Key(msg tea.KeyMsg) bool {
	before := l.edit.text()
	l.edit.key(msg)
	return l.edit.text() != before
}

// At returns the position of the cursor, in characters from 0.
func (l *Line) At() int { return l.edit.in.Position() }

// Set replaces the text, and moves the cursor.
func (l *Line) Set(text string, at int) {
	l.edit.in.SetValue(text)
	l.edit.in.SetCursor(at)
}

// ViewHint draws the line like View. While it has the focus and the cursor is at its end, it also draws
// a hint of what may follow, dim, behind the cursor, if that fits.
func (l *Line) ViewHint(th *style.Theme, width int, focused bool, hint string) string {
	text := style.Escape(l.Text())
	if hint = style.Escape(hint); !focused || hint == "" || l.At() < len([]rune(l.Text())) || Width(text+hint)+2 > width {
		return l.View(th, width, focused)
	}
	first, _ := ansi.FirstGraphemeCluster(hint, ansi.GraphemeWidth)
	at := th.Cursor.Render(first)
	if th.Plain {
		at = style.Caret + first
	}
	return Fit(th.Text.Render(text)+at+th.Dim.Render(hint[len(first):]), width)
}

// View draws the line in exactly width cells, with the cursor when focused.
func (l *Line) View(th *style.Theme, width int, focused bool) string {
	return Fit(l.edit.view(th, width, focused, false), width)
}
