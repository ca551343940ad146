package screen

import (
	"slices"
	"strings"

	"backchannel/tui/component"
	"backchannel/tui/style"
)

// Welcome draws an empty screen: it says what the screen will show, and which keys lead there. A step
// is a built-in key and its explanation.
func (s *Env) Welcome(title string, text []string, steps [][2]string, width, height int) string {
	th, inner := s.Theme, min(width-4, 72)
	lines := []string{th.Strong.Render(title), ""}
	for _, paragraph := range text {
		for _, line := range component.Wrap(style.Escape(paragraph), inner) {
			lines = append(lines, th.Text.Render(line))
		}
		lines = append(lines, "")
	}
	for _, step := range steps {
		lines = append(lines, "  "+th.Strong.Render(s.KeyFor(step[0]))+"   "+th.Text.Render(step[1]))
	}
	if len(lines) > height {
		lines = slices.DeleteFunc(lines, func(line string) bool { return line == "" })
	}
	box := component.Lines(lines, inner, len(lines))
	return component.Overlay("", strings.Join(box, "\n"), width, height)
}
