package screen

import (
	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// The panes of a screen: the list, the detail of the selected record, and, where there is
// space, one tab of the detail beside both.
const (
	paneList = iota
	PaneDetail
	PaneBody
)

const (
	// MinWidth is the width of the smallest terminal in which the console works, in cells.
	MinWidth = 60

	bodyFrom   = 190      // the width from which the body has a pane of its own
	leastList  = MinWidth // the least width of a list, with its most important columns
	goodList   = 76       // enough to truncate neither addresses nor times nor events
	wideList   = 92       // enough for all columns of a terminal of 80 columns, and the webhook
	mostList   = 96       // enough for all of these without abbreviations
	goodDetail = 43       // of the detail beside the list
	wideDetail = 106      // of the detail and the body together
)

// Panes divides a screen into a list, the tabs of a detail, and on wide screens one of
// these tabs, the body, in a pane of its own.
type Panes struct {
	component.Panes
	Tabs  Tabs
	doc   component.Document // the body
	drawn component.Layout   // what was drawn last, for the mouse
	head  int                // the lines above the names of the tabs, as drawn last
	body  int                // the tab that has a pane of its own on wide screens
	share int                // the list's share of the width beside one pane, in twentieths
}

func newPanes(tabs []string, body, share int) Panes {
	return Panes{Panes: component.Panes{Weights: []int{1, 1}}, Tabs: newTabs(tabs...), doc: component.NewDocument(), body: body, share: share}
}

// arrange fits the panes to a width. When the body gets or loses its own pane, the focus stays on
// the text that had it.
func (p *Panes) arrange(width int, zoomed bool) {
	wide := width >= bodyFrom
	p.Weights = p.weights(width)
	switch {
	case wide && !p.wide() && p.Tabs.At == p.body:
		p.Tabs.At = 0
		if p.body == 0 {
			p.Tabs.At = 1
		}
		if p.Focused == PaneDetail {
			p.Focused = PaneBody
		}
	case !wide && p.Focused == PaneBody:
		p.Focused, p.Tabs.At = PaneDetail, p.body
	}
	p.Tabs.apart = -1
	if wide {
		p.Tabs.apart = p.body
	}
	p.Zoomed = zoomed || p.Focused != paneList && width < component.DoubleFrom
}

func (p *Panes) weights(width int) []int {
	if width >= bodyFrom {
		list := min(mostList, max(wideList, width-wideDetail))
		rest := width - 2 - list
		return []int{list, rest * 11 / 20, rest - rest*11/20}
	}
	list := max(leastList, min(goodList, width-goodDetail), width*p.share/20)
	return []int{list, max(1, width-1-list)}
}

// wide reports whether the body has a pane of its own.
func (p *Panes) wide() bool { return p.Tabs.apart >= 0 }

// FocusDetail moves the focus to the detail.
func (p *Panes) FocusDetail() { p.Focused = PaneDetail }

// BodyShown reports whether the body is visible beside the list, or in front of it.
func (p *Panes) BodyShown() bool { return p.wide() || p.Tabs.At == p.body }

// BodyViewer returns the document that shows the body.
func (p *Panes) BodyViewer() *component.Document { return &p.doc }

// bodyFocused reports whether keys scroll the body.
func (p *Panes) bodyFocused() bool {
	return p.Focused == PaneBody || p.Focused == PaneDetail && p.Tabs.At == p.body
}

// focus returns the action that moves the focus to a pane.
func (p *Panes) focus(pane int) func() tea.Cmd {
	return func() tea.Cmd {
		p.Focused = pane
		return nil
	}
}

// turn returns the action that shows another tab.
func (p *Panes) turn(by int) func() tea.Cmd {
	return func() tea.Cmd {
		p.Tabs.turn(by)
		return nil
	}
}

// next returns the action that moves the focus by a number of panes.
func (p *Panes) next(by int) func() tea.Cmd {
	n := len(p.Weights)
	return p.focus((p.Focused + by + n) % n)
}

// TurnBindings returns the keys that open the detail and turn its tabs. The arrow keys do not turn
// while they scroll the body sideways.
func (p *Panes) TurnBindings() []Binding {
	var all []Binding
	if p.Focused == paneList {
		all = append(all, Binding{Keys: []string{"enter"}, Label: "open", Help: "Go to the detail", Do: p.focus(PaneDetail)})
	}
	back, on := []string{"h", "left"}, []string{"l", "right"}
	if p.bodyFocused() && !p.BodyViewer().Wrapped {
		back, on = back[:1], on[:1]
	}
	all = append(all, p.textBindings()...)
	return append(all,
		Binding{Keys: back, Shown: "h l", Label: "tabs", Help: "Switch tabs of the detail", Do: p.turn(-1)},
		Binding{Keys: on, Do: p.turn(1)})
}

// NextBindings returns the keys that move the focus from pane to pane.
func (p *Panes) NextBindings() []Binding {
	return []Binding{
		{Keys: []string{"tab"}, Help: "Next pane", Do: p.next(1)},
		{Keys: []string{"shift+tab"}, Do: p.next(-1)},
	}
}
