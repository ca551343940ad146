package screen

import (
	"backchannel/tui/component"
)

// wideFrom is the width from which the body has a pane of its own.
const wideFrom = 160

// A PanePlan says how the width is shared.
type PanePlan struct {
	Width     int
	WasWide   bool
	Tab, Rest int // the tab that has a pane of its own while it is wide, and the one shown instead
	List      int // the list's share beside one pane, in twentieths
}

// LeastWidth is that of the smallest screen that the console works on.
const LeastWidth = 60

const (
	leastList  = LeastWidth // at which the lists show what one looks for in them
	goodList   = 74         // at which they cut neither an address nor the time
	mostList   = 96         // at which they show it at length
	goodDetail = 46         // for the pane beside them
	wideDetail = 106        // for two
)

// shares are the weights of the panes at a width.
func (p PanePlan) shares(wide bool) []int {
	if wide {
		list := min(mostList, max(goodList, p.Width-wideDetail))
		rest := p.Width - 2 - list
		return []int{list, rest * 11 / 20, rest - rest*11/20}
	}
	list := max(leastList, min(goodList, p.Width-goodDetail), p.Width*p.List/20)
	return []int{list, max(1, p.Width-1-list)}
}

// ArrangePanes gives a tab a pane of its own where there is room, and takes it away
// where there is not; the focus stays on what it was on.
func ArrangePanes(panes *component.Panes, t *Tabs, plan PanePlan) (wide bool) {
	wide = plan.Width >= wideFrom
	panes.Weights = plan.shares(wide)
	switch {
	case wide && !plan.WasWide && t.At == plan.Tab:
		t.At = plan.Rest
		if panes.Focused == PaneDetail {
			panes.Focused = PaneBody
		}
	case !wide && panes.Focused == PaneBody:
		panes.Focused, t.At = PaneDetail, plan.Tab
	}
	return wide
}

// StackedBelow is the width from which list and detail stand side by side.
const StackedBelow = 100
