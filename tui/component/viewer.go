package component

import (
	"fmt"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"backchannel/tui/style"
)

// Viewer shows lines that fit the width of its pane, and scrolls if there are more than fit its height.
// The line at the top stays there when the pane is resized. For lines of any width use [Document].
type Viewer struct {
	Search Search

	styled []string
	match  int // the line of the match that was gone to last
	top    int
	width  int
	height int
}

// SetSize sets the viewer's size in cells. A search takes the last line.
func (v *Viewer) SetSize(width, height int) {
	if v.Search.Shown() {
		height = max(0, height-1)
	}
	v.width, v.height = width, height
	v.clampTop()
}

// Replace sets other lines and keeps the position, for the same text in another theme or a
// text that has grown.
func (v *Viewer) Replace(styled []string) {
	v.styled = styled
	if v.Search.Shown() {
		v.find()
	}
	v.clampTop()
}

// Type handles a key while a person types what to search for.
func (v *Viewer) Type(msg tea.KeyMsg) {
	if v.Search.key(msg) {
		v.find()
		v.match = v.top
		v.Next(0)
	}
}

// find looks for the text.
func (v *Viewer) find() {
	v.Search.run(len(v.styled), func(line int) string { return ansi.Strip(v.styled[line]) })
}

// Next goes to the next match, or back if by is negative, and wraps around.
func (v *Viewer) Next(by int) {
	line, ok := v.Search.next(v.match, by)
	if !ok {
		return
	}
	v.match = line
	if line < v.top || line >= v.top+v.height {
		v.top = line - v.height/3
		v.clampTop()
	}
}

// Position returns how many lines are out of view, as in "↓16 more".
func (v *Viewer) Position() string {
	return outOfSight(v.top, len(v.styled)-v.top-v.height)
}

// outOfSight returns how many lines are below the visible ones or, at the end, how many are above.
func outOfSight(above, below int) string {
	switch {
	case below > 0:
		return fmt.Sprintf("%s%d more", style.Down, below)
	case above > 0:
		return fmt.Sprintf("%s%d more", style.Up, above)
	}
	return ""
}

// Partial reports whether there is more of the text than fits.
func (v *Viewer) Partial() bool { return v.height > 0 && len(v.styled) > v.height }

// Key handles a key that scrolls and reports whether it did.
func (v *Viewer) Key(msg tea.KeyMsg) bool {
	page := max(1, v.height)
	switch msg.String() {
	case "j", "down":
		v.top++
	case "k", "up":
		v.top--
	case "ctrl+d":
		v.top += max(1, page/2)
	case "ctrl+u":
		v.top -= max(1, page/2)
	case "pgdown":
		v.top += page
	case "pgup":
		v.top -= page
	case "g", "home":
		v.top = 0
	case "G", "end":
		v.top = len(v.styled)
	default:
		return false
	}
	v.clampTop()
	return true
}

// clampTop keeps the top within the text and the last page full.
func (v *Viewer) clampTop() {
	v.top = max(0, min(v.top, len(v.styled)-max(1, v.height)))
}

// View draws the visible lines, and below them the search.
func (v *Viewer) View(th *style.Theme) string {
	if v.width <= 0 || v.height <= 0 {
		return ""
	}
	visible := slices.Clone(v.styled[v.top:min(v.top+v.height, len(v.styled))])
	for i := range visible {
		visible[i] = v.marked(th, v.top+i)
	}
	lines := Lines(visible, v.width, v.height)
	if v.Search.Shown() {
		lines = append(lines, v.Search.view(th, v.width))
	}
	return join(lines)
}

// marked draws a line with its matches, and with a bar if it is the one that was gone to last.
func (v *Viewer) marked(th *style.Theme, line int) string {
	styled, wanted := v.styled[line], v.Search.wanted()
	if wanted == "" {
		return styled
	}
	var out strings.Builder
	text, done := ansi.Strip(styled), 0
	found := matches(text, wanted)
	if len(found) > 0 && found[0].from > 0 && line == v.match && strings.HasPrefix(text, " ") {
		out.WriteString(th.Accent.Render(style.Bar))
		done = 1
	}
	for _, part := range found {
		from, to := Width(text[:part.from]), Width(text[:part.to])
		out.WriteString(ansi.Cut(styled, done, max(done, from)) + th.Cursor.Render(text[part.from:part.to]))
		done = to
	}
	return out.String() + ansi.TruncateLeft(styled, done, "")
}
