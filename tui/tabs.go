package tui

import (
	"strings"

	"backchannel/tui/component"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// tabs are the pages of a detail, of which one is shown. Each scrolls by itself.
type tabs struct {
	names   []string
	at      int
	viewers []component.Viewer
}

func newTabs(names ...string) tabs {
	return tabs{names: names, viewers: make([]component.Viewer, len(names))}
}

// turn goes to the next page, or back, and round. Pages named in without are passed over.
func (t *tabs) turn(by int, without ...int) {
	for range t.names {
		t.at = (t.at + by + len(t.names)) % len(t.names)
		if len(without) == 0 || without[0] != t.at {
			return
		}
	}
}

// rewind shows every page from its top.
func (t *tabs) rewind() {
	for i := range t.viewers {
		v := &t.viewers[i]
		*v = component.Viewer{Numbered: v.Numbered, Wrapped: v.Wrapped}
	}
}

func (t *tabs) viewer() *component.Viewer { return &t.viewers[t.at] }

// scroll gives a key to the page in front.
func (t *tabs) scroll(msg tea.KeyMsg) bool { return t.viewer().Key(msg) }

// head names the pages, the one in front the brightest, and marked for those who see no
// colour; with the mark of the focus where the keys go to it.
func (t *tabs) head(th *style.Theme, focused bool, without ...int) string {
	var b strings.Builder
	for i, name := range t.names {
		switch {
		case len(without) > 0 && without[0] == i:
		case i != t.at:
			b.WriteString("  " + th.Dim.Render(name) + " ")
		case focused:
			b.WriteString(" " + th.Accent.Render(style.Bar+name) + " ")
		default:
			b.WriteString(" " + th.Strong.Render(style.Closed+name) + " ")
		}
	}
	return b.String()
}

// show draws the page in front below a head of several lines, the last of which is empty
// unless there is more of the page than fits.
func (t *tabs) show(th *style.Theme, head, lines []string, size component.Size) string {
	v := t.viewer()
	v.SetSize(size.Width, max(0, size.Height-len(head)))
	v.Replace(lines)
	if n := len(head); n > 0 && v.Partial() {
		head[n-1] = component.FitRight(th.Dim.Render(v.Position())+" ", size.Width)
	}
	return strings.Join(append(head, v.View(th)), "\n")
}
