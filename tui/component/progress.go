package component

import (
	"strings"

	"backchannel/tui/style"
)

// Progress draws a bar of width cells, filled in the proportion of done to total.
func Progress(th *style.Theme, done, total, width int) string {
	filled := 0
	if total > 0 {
		filled = max(0, min(width, width*done/total))
	}
	return th.Text.Render(strings.Repeat(style.Full, filled)) + th.Rule.Render(strings.Repeat(style.Light, max(0, width-filled)))
}
