package component

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"backchannel/tui/style"
)

// Overlay draws a box over the middle of a view of width by height cells. The result has
// exactly that size.
func Overlay(base, box string, width, height int) string {
	lines := strings.Split(box, "\n")
	canvas := Lines(strings.Split(base, "\n"), width, height)
	return overlayAt(join(canvas), box, (width-Width(lines[0]))/2, (height-len(lines))/2)
}

// overlayAt is [Overlay] with the box's upper left corner at column x and row y
// of a view whose lines all have the same width. It cuts off what does not fit.
func overlayAt(base, box string, x, y int) string {
	out := strings.Split(base, "\n")
	width := Width(out[0])
	x, y = max(0, min(x, width)), max(0, y)
	for i, line := range strings.Split(box, "\n") {
		if y+i >= len(out) {
			break
		}
		out[y+i] = splice(out[y+i], clip(line, width-x), x, width)
	}
	return join(out)
}

// splice draws top over a line of exactly width cells, from column x on.
func splice(line, top string, x, width int) string {
	end := x + Width(top)
	left := ansi.Truncate(line, x, "")
	left += blank(x - Width(left))
	right := ansi.TruncateLeft(line, end, "")
	// Half of a wide character leaves a gap or exceeds the width.
	if over := Width(right) - (width - end); over > 0 {
		right = " " + ansi.TruncateLeft(line, end+1, "")
	}
	return left + top + blank(width-end-Width(right)) + right
}

// Frame draws a rounded box of the given outer width around styled lines, the
// title in its upper edge, for [Overlay].
func Frame(th *style.Theme, styledTitle string, styled []string, width int) string {
	inner := width - 4
	if inner < 1 {
		return ""
	}
	title := clip(styledTitle, inner-1)
	edge := strings.Repeat(style.Horizontal, max(0, inner-Width(title)))
	out := []string{th.Rule.Render(style.TopLeft) + " " + title + " " + th.Rule.Render(edge+style.TopRight)}
	side := th.Rule.Render(style.Vertical)
	for _, line := range styled {
		out = append(out, side+" "+Fit(line, inner)+" "+side)
	}
	bottom := style.BottomLeft + strings.Repeat(style.Horizontal, inner+2) + style.BottomRight
	return join(append(out, th.Rule.Render(bottom)))
}

// widest returns the width of the widest line.
func widest(styled ...string) int {
	w := 0
	for _, s := range styled {
		w = max(w, Width(s))
	}
	return w
}
