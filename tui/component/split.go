package component

import (
	"cmp"
	"strings"

	"backchannel/tui/style"
)

// The minimum widths for panes side by side, and the minimum height for two panes above
// each other.
const (
	tripleFrom = 160
	stackFrom  = 16
)

// DoubleFrom is the width, in cells, from which two panes are side by side. On a narrower screen the
// most important columns of a list would be truncated.
const DoubleFrom = 115

// Panes divides a screen among panes, the list first, then its details.
type Panes struct {
	Weights []int // the panes' shares of the width
	Upper   int   // the list's share of the height when stacked, in tenths; 0: 4
	Focused int
	Zoomed  bool // show the focused pane alone
}

// Size is the size of one pane. A pane without a size is not shown.
type Size struct{ Width, Height int }

// Shown reports whether the pane has any cells.
func (s Size) Shown() bool { return s.Width > 0 && s.Height > 0 }

// Layout holds the size of each pane, and whether they are stacked.
type Layout struct {
	Sizes   []Size
	stacked bool
}

// Layout computes the sizes: two panes above each other below DoubleFrom, two side by side
// from there, three from 160. If not all panes fit, it shows the list and the focused pane or
// the first detail.
func (p Panes) Layout(width, height int) Layout {
	out := Layout{Sizes: make([]Size, len(p.Weights)), stacked: width < DoubleFrom}
	shown := p.shown(width, height)
	switch {
	case width <= 0 || height <= 0 || len(shown) == 0:
	case out.stacked && len(shown) == 2:
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

// shown returns the panes that fit, in their order.
func (p Panes) shown(width, height int) []int {
	room := 2
	switch {
	case p.Zoomed, width < DoubleFrom && height < stackFrom:
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

// widths divides the width, without the lines between panes, by weight.
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

// At returns the pane at a position of the layout, and the position within the pane. It returns false
// for the lines between panes.
func (l Layout) At(x, y int) (pane, paneX, paneY int, ok bool) {
	for i, size := range l.Sizes {
		if !size.Shown() {
			continue
		}
		if x >= 0 && x < size.Width && y >= 0 && y < size.Height {
			return i, x, y, true
		}
		if l.stacked {
			y -= size.Height + 1
		} else {
			x -= size.Width + 1
		}
	}
	return 0, 0, 0, false
}

// Join draws the shown panes with a line between them. It takes one styled view per pane.
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
		case l.stacked:
			out = append(append(out, Rule(th, size.Width)), pane...)
		default:
			for y := range out {
				out[y] += th.Rule.Render(style.Vertical) + pane[y]
			}
		}
	}
	return join(out)
}

// Rule returns a horizontal line.
func Rule(th *style.Theme, width int) string {
	return th.Rule.Render(strings.Repeat(style.Horizontal, max(0, width)))
}
