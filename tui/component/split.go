package component

import (
	"cmp"
	"strings"

	"backchannel/tui/style"
)

// The widths from which panes stand side by side, and the height from which two
// of them fit above each other.
const (
	doubleFrom = 100
	tripleFrom = 160
	stackFrom  = 16
)

// Panes divides a screen among panes, the list first, then its details.
type Panes struct {
	Weights []int // one per pane, their shares of the width
	Upper   int   // the list's share of the height when stacked, in tenths; 0: 4
	Focused int
	Zoomed  bool // show the focused pane alone
}

// Size is what one pane has. A pane without a size is not shown.
type Size struct{ Width, Height int }

// Shown reports whether there is anything to draw on.
func (s Size) Shown() bool { return s.Width > 0 && s.Height > 0 }

// Layout says how large each pane is, and whether they are stacked.
type Layout struct {
	Sizes   []Size
	Stacked bool
}

// Layout computes the sizes: two panes above each other below 100 columns, two
// side by side from 100, three from 160. Where there is no room for all, the
// list stays, beside the focused pane or the first detail.
func (p Panes) Layout(width, height int) Layout {
	out := Layout{Sizes: make([]Size, len(p.Weights)), Stacked: width < doubleFrom}
	shown := p.shown(width, height)
	switch {
	case width <= 0 || height <= 0 || len(shown) == 0:
	case out.Stacked && len(shown) == 2:
		top := (height - 1) * cmp.Or(p.Upper, 4) / 10
		out.Sizes[shown[0]] = Size{width, top}
		out.Sizes[shown[1]] = Size{width, height - 1 - top}
	default:
		for i, w := range p.widths(shown, width) {
			out.Sizes[shown[i]] = Size{w, height}
		}
	}
	return out
}

// shown are the panes that there is room for, in their order.
func (p Panes) shown(width, height int) []int {
	room := 2
	switch {
	case p.Zoomed, width < doubleFrom && height < stackFrom:
		room = 1
	case width >= tripleFrom:
		room = 3
	}
	var all []int
	for i := range p.Weights {
		all = append(all, i)
	}
	switch {
	case len(all) <= room:
		return all
	case room == 1:
		return []int{p.Focused}
	case p.Focused >= room:
		return append(all[:room-1], p.Focused)
	}
	return all[:room]
}

// widths shares the width, less the lines between panes, by weight.
func (p Panes) widths(shown []int, width int) []int {
	weights := 0
	for _, i := range shown {
		weights += p.Weights[i]
	}
	spare := width - (len(shown) - 1)
	out := make([]int, len(shown))
	for at, i := range shown {
		out[at] = spare * p.Weights[i] / weights
		spare -= out[at]
		weights -= p.Weights[i]
	}
	return out
}

// Join draws the panes that are shown, one line between them. There is one
// styled view per pane.
func (l Layout) Join(th *style.Theme, styled ...string) string {
	var out []string
	for i, size := range l.Sizes {
		if !size.Shown() {
			continue
		}
		pane := Lines(strings.Split(styled[i], "\n"), size.Width, size.Height)
		switch {
		case out == nil:
			out = pane
		case l.Stacked:
			out = append(append(out, Rule(th, size.Width)), pane...)
		default:
			for y := range out {
				out[y] += th.Rule.Render(style.Vertical) + pane[y]
			}
		}
	}
	return join(out)
}

// Rule is a horizontal line.
func Rule(th *style.Theme, width int) string {
	return th.Rule.Render(strings.Repeat(style.Horizontal, max(0, width)))
}
