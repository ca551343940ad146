package activity

import (
	"strings"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"
)

// View draws the list and, if the text of the selected activity does not fit in its row, the whole text
// below it, in a third of the height at most.
func (a *Screen) View(width, height int) string {
	it, _ := a.Selected()
	whole := component.Wrap(style.Escape(it.Text), width-6)
	if len(whole) == 1 && component.Width(whole[0])+textColumn <= width {
		whole = nil
	}
	whole = whole[:min(len(whole), height/3)]
	lines := []string{a.Inventory.View(width, height-len(whole)-min(1, len(whole)))}
	if len(whole) > 0 {
		lines = append(lines, component.Rule(a.env.Theme, width))
	}
	for _, line := range whole {
		lines = append(lines, "   "+a.env.Theme.Text.Render(line))
	}
	return strings.Join(lines, "\n")
}

// welcome draws the screen while there are no activities.
func welcome(e *screen.Env, width, height int) string {
	return e.Welcome("Activity", []string{"Nothing has happened yet. This is the log of what happens: webhooks saved or paused, events fired, deliveries that failed for good, circuit breakers that opened, the receiver starting or stopping, another process taking over."},
		[][2]string{{"1", "the webhooks; n creates one"}}, width, height)
}

// textColumn is where the text begins: the width of the cursor and the columns before it, in cells.
const textColumn = 30

func columns() []component.Column {
	return []component.Column{
		{Title: "Time", Width: 12},
		{Title: "What", Width: 11},
		{Title: "", Width: 10, Flex: 1},
	}
}

func cells(e *screen.Env, it storage.Activity) []component.Cell {
	glyph, ink := kindStyle(e.Theme, it.Kind)
	return []component.Cell{
		{Text: e.DayOrClock(it.At), Style: e.Theme.Dim},
		{Text: glyph + " " + string(it.Kind), Style: ink},
		{Text: it.Text, Style: e.Theme.Text},
	}
}

// kindStyle returns the glyph and the style of a kind of activity.
func kindStyle(th *style.Theme, kind storage.ActivityKind) (string, style.Style) {
	switch kind {
	// Colour is for what needs attention: firing is routine, and a breaker closes by itself.
	case storage.ActivityError, storage.ActivityFailed:
		return style.Cross, th.Bad
	case storage.ActivityFired:
		return style.Dot, th.Text
	case storage.ActivityBreaker:
		return style.Warning, th.Warn
	}
	return style.Info, th.Dim
}
