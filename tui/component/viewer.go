package component

import (
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"backchannel/tui/style"
)

// Viewer shows lines that fit the width of its pane, and scrolls if there are more than fit its height.
// The line at the top stays there when the pane is resized. For lines of any width use [Document].
type Viewer struct {
	styled []string
	top    int
	width  int
	height int
}

// SetSize sets the viewer's size in cells.
func (v *Viewer) SetSize(width, height int) {
	v.width, v.height = width, height
	v.clampTop()
}

// Replace sets other lines and keeps the position, for the same text in another theme or a
// text that has grown.
func (v *Viewer) Replace(styled []string) {
	v.styled = styled
	v.clampTop()
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

// View draws the visible lines.
func (v *Viewer) View(*style.Theme) string {
	if v.width <= 0 || v.height <= 0 {
		return ""
	}
	visible := v.styled[v.top:min(v.top+v.height, len(v.styled))]
	return join(Lines(visible, v.width, v.height))
}
