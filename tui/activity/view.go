package activity

import (
	"strings"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"
)

// View draws the list, and below it the text of the selected activity if its row cuts it.
func (a *Screen) View(width, height int) string {
	it, _ := a.Selected()
	whole := component.Wrap(style.Escape(it.Text), width-6)
	if len(whole) == 1 && len(whole[0])+lead <= width {
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

func welcome(e *screen.Env, width, height int) string {
	return e.Welcome("Activity", []string{"Nothing happened yet. Webhooks saved and paused, events fired, deliveries that failed for good, breakers opened, the receiver going on and off, another process taking over: all that stands here."},
		[][2]string{{"1", "the webhooks; n makes one"}}, width, height)
}

// lead is the width of the columns before the text.
const lead = 30

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

func kindStyle(th *style.Theme, kind storage.ActivityKind) (string, style.Style) {
	switch kind {
	case storage.ActivityError, storage.ActivityFailed:
		return style.Cross, th.Bad
	case storage.ActivityFired:
		return style.Dot, th.Text
	case storage.ActivityBreaker:
		return style.Warning, th.Warn
	}
	return style.Info, th.Dim
}
