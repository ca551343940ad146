package screen

import (
	"strings"

	"backchannel/tui/component"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// The panes of a screen: the list, the detail of what is selected, and where there is room
// a tab of the detail beside both.
const (
	PaneList = iota
	PaneDetail
	PaneBody
)

// Tabs are the pages of a detail, of which one is shown. Each scrolls by itself.
type Tabs struct {
	names   []string
	At      int
	Viewers []component.Viewer
}

// NewTabs shows the first of the named pages.
func NewTabs(names ...string) Tabs {
	return Tabs{names: names, Viewers: make([]component.Viewer, len(names))}
}

// Turn goes to the next page, or back, and round. Pages named in without are passed over.
func (t *Tabs) Turn(by int, without ...int) {
	for range t.names {
		t.At = (t.At + by + len(t.names)) % len(t.names)
		if len(without) == 0 || without[0] != t.At {
			return
		}
	}
}

// Rewind shows every page from its top.
func (t *Tabs) Rewind() {
	for i := range t.Viewers {
		v := &t.Viewers[i]
		*v = component.Viewer{Numbered: v.Numbered, Wrapped: v.Wrapped}
	}
}

func (t *Tabs) viewer() *component.Viewer { return &t.Viewers[t.At] }

// Scroll gives a key to the page in front.
func (t *Tabs) Scroll(msg tea.KeyMsg) bool { return t.viewer().Key(msg) }

// Head names the pages, the one in front the brightest, and marked for those who see no
// colour; with the mark of the focus where the keys go to it.
func (t *Tabs) Head(th *style.Theme, focused bool, without ...int) string {
	var b strings.Builder
	for i, name := range t.names {
		switch {
		case len(without) > 0 && without[0] == i:
		case i != t.At:
			b.WriteString("  " + th.Dim.Render(name) + " ")
		case focused:
			b.WriteString(" " + th.Accent.Render(style.Bar+name) + " ")
		default:
			b.WriteString(" " + th.Strong.Render(style.Closed+name) + " ")
		}
	}
	return b.String()
}

// Show draws the page in front below a head of several lines, the last of which is empty
// unless there is more of the page than fits.
func (t *Tabs) Show(th *style.Theme, head, lines []string, size component.Size) string {
	v := t.viewer()
	v.SetSize(size.Width, max(0, size.Height-len(head)))
	v.Replace(lines)
	if n := len(head); n > 0 && v.Partial() {
		head[n-1] = component.FitRight(th.Dim.Render(v.Position())+" ", size.Width)
	}
	return strings.Join(append(head, v.View(th)), "\n")
}
