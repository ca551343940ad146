package style

import (
	"cmp"
	"strings"

	"github.com/charmbracelet/lipgloss"
)

// A Style draws text in the colours of a theme. Its zero value leaves text as it is.
//
// A lipgloss style looks for margins, borders and alignment each time it renders, and builds
// the same escape sequences anew for each cell of a table, which took 40 % of a frame. So
// they are built once.
type Style struct {
	slow          *lipgloss.Style
	before, after string // what slow puts around a line
}

func newStyle(slow lipgloss.Style) Style {
	const text = "x" // which no sequence of colours contains
	before, after, _ := strings.Cut(slow.Render(text), text)
	return Style{&slow, before, after}
}

// Render returns text with the style's escape sequences around it. Of several lines, lipgloss
// makes a block of one width.
func (s Style) Render(text string) string {
	if s.slow != nil && strings.ContainsAny(text, "\n\r\t") {
		return s.slow.Render(text)
	}
	return s.before + text + s.after
}

// Inherit returns the style with what it does not set itself taken from another one, such as
// the background of the selected row.
func (s Style) Inherit(other Style) Style {
	if s.slow == nil || other.slow == nil {
		return cmp.Or(s, other)
	}
	return newStyle(s.slow.Inherit(*other.slow))
}
