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
	th := a.env.Theme
	switch {
	case a.err != nil && !a.read:
		return screen.ReadFailure(th, a.err)
	case !a.read:
		return ""
	case len(a.all) == 0:
		return a.env.Welcome("Activity", []string{"Nothing happened yet. Webhooks saved and paused, events fired, deliveries that failed for good, breakers opened, the receiver going on and off, another process taking over: all that stands here."},
			[][2]string{{"1", "the webhooks; n makes one"}}, width, height)
	}
	whole := component.Wrap(style.Escape(a.selected().Text), width-6)
	if len(whole) == 1 && len(whole[0])+lead <= width {
		whole = nil
	}
	whole = whole[:min(len(whole), height/3)]
	a.table.Focused = !a.filter.Typing
	a.table.Empty = []string{"Nothing holds these words.", "esc shows all again."}
	size := component.Size{Width: width, Height: height - len(whole) - min(1, len(whole))}
	lines := []string{a.filter.Below(th, size, func(size component.Size) string {
		a.table.SetSize(size.Width, size.Height)
		return a.table.View(th)
	})}
	if len(whole) > 0 {
		lines = append(lines, component.Rule(th, width))
	}
	for _, line := range whole {
		lines = append(lines, "   "+th.Text.Render(line))
	}
	return strings.Join(lines, "\n")
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

// Len returns the number of rows; Len, Key and Row are for the table.
func (a *Screen) Len() int { return len(a.shown) }

// Key returns the ID of an activity.
func (a *Screen) Key(i int) string { return a.shown[i].ID.String() }

// Row returns the cells of an activity.
func (a *Screen) Row(i int) []component.Cell {
	it, th := a.shown[i], a.env.Theme
	glyph, ink := kindStyle(th, it.Kind)
	return []component.Cell{
		{Text: a.env.DayOrClock(it.At), Style: th.Dim},
		{Text: glyph + " " + string(it.Kind), Style: ink},
		{Text: it.Text, Style: th.Text},
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
