package screen

import (
	"strings"

	"backchannel/tui/component"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// Tabs holds the pages of a detail, one of which is in front. Each page scrolls independently.
type Tabs struct {
	names   []string
	At      int
	viewers []component.Viewer
	apart   int // the page that has a pane of its own and is not among the tabs; -1: none
	gap     int // between the names, as drawn last
}

// newTabs returns tabs with the first of the named pages in front.
func newTabs(names ...string) Tabs {
	return Tabs{names: names, viewers: make([]component.Viewer, len(names)), apart: -1}
}

// turn moves to the next page or back, and wraps around. It skips a page with a pane of its own.
func (t *Tabs) turn(by int) {
	for range t.names {
		t.At = (t.At + by + len(t.names)) % len(t.names)
		if t.At != t.apart {
			return
		}
	}
}

// rewind scrolls every page to its top and ends its search. A search that a person is typing
// continues, because otherwise the next letters would act as keys.
func (t *Tabs) rewind() {
	for i := range t.viewers {
		search := t.viewers[i].Search
		t.viewers[i] = component.Viewer{}
		if search.Typing() {
			t.viewers[i].Search = search
		}
	}
}

func (t *Tabs) viewer() *component.Viewer { return &t.viewers[t.At] }

// scroll passes a key to the page in front.
func (t *Tabs) scroll(msg tea.KeyMsg) { t.viewer().Key(msg) }

// click brings the page to the front whose name is at a column of the head.
func (t *Tabs) click(column int) {
	for i, name := range t.names {
		if i == t.apart {
			continue
		}
		if column -= component.Width(name) + t.gap; column < 0 {
			t.At = i
			return
		}
	}
}

// head returns a line of width cells with the names of the pages. The page in front is the brightest
// and, for people who see no colours, has a glyph, which is a bar if it has the focus.
func (t *Tabs) head(th *style.Theme, focused bool, width int) string {
	const wide, narrow = 3, 2
	t.gap = wide
	line := t.titles(th, focused)
	if component.Width(strings.TrimRight(line, " ")) > width {
		t.gap = narrow
		line = t.titles(th, focused)
	}
	return line
}

func (t *Tabs) titles(th *style.Theme, focused bool) string {
	var b strings.Builder
	behind := strings.Repeat(" ", t.gap-2) // the cells before a name are for its glyph
	for i, name := range t.names {
		switch {
		case i == t.apart:
		case i != t.At:
			b.WriteString("  " + th.Dim.Render(name) + behind)
		case focused:
			b.WriteString(" " + th.Accent.Render(style.Bar+name) + behind)
		default:
			b.WriteString(" " + th.Strong.Render(style.Closed+name) + behind)
		}
	}
	return b.String()
}

// show draws the page in front below a head whose last line is empty. If the page does not
// fit, its position replaces that line.
func (t *Tabs) show(th *style.Theme, head, lines []string, size component.Size) string {
	v := t.viewer()
	v.SetSize(size.Width, max(0, size.Height-len(head)))
	v.Replace(lines)
	if n := len(head); n > 0 && v.Partial() {
		head[n-1] = component.FitRight(th.Dim.Render(v.Position())+" ", size.Width)
	}
	return strings.Join(append(head, v.View(th)), "\n")
}
