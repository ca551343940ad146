package component

import (
	tea "github.com/charmbracelet/bubbletea"

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

// View draws the line in exactly width cells, with the cursor when focused.
func (l *Line) View(th *style.Theme, width int, focused bool) string {
	return Fit(l.edit.view(th, width, focused, false), width)
}
