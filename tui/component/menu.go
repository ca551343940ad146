package component

import (
	"fmt"
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"backchannel/tui/style"
)

// MenuItem is an item to pick, by its key or with the arrows and enter.
type MenuItem struct {
	ID     string
	Key    string
	Label  string
	Detail string // dim, after the label: what picking it would do at the moment
	Off    bool   // shown, but cannot be picked
}

// Menu is a small popup of keys. It shows Columns side by side, Details below them, one per line, and
// Hint in its title.
type Menu struct {
	Title   string
	Hint    *MenuItem
	Columns [][]MenuItem
	Details []MenuItem
	At      int  // the item initially under the cursor
	Find    bool // typing narrows Details
	Names   bool // people choose the labels, so every letter may be part of the search text

	typed string
	began int // the cursor's position before the search began
}

// Key handles a key. It returns the ID of an item and true once that is picked, or "" and true if a
// person has left the menu.
func (m *Menu) Key(key tea.KeyMsg) (item string, done bool) {
	items := m.items()
	name := key.String()
	at := slices.IndexFunc(items, func(i MenuItem) bool { return name != "" && i.Key == name })
	switch {
	case at < 0 && m.find(key):
		return "", false
	case m.Hint != nil && m.Hint.Key == name:
		return m.Hint.picked()
	case at >= 0:
		m.At = at
		return items[at].picked()
	}
	switch name {
	case "esc", "q":
		return "", true
	case "up", "shift+tab", "k":
		m.step(-1)
	case "down", "tab", "j":
		m.step(1)
	case "right":
		m.step(len(m.column()))
	case "left":
		m.step(-len(m.column()))
	case "enter":
		if m.At < len(items) {
			return items[m.At].picked()
		}
	}
	return "", false
}

func (i MenuItem) picked() (item string, done bool) {
	if i.Off {
		return "", false
	}
	return i.ID, true
}

func (m *Menu) step(by int) {
	m.At = max(0, min(m.At+by, len(m.items())-1))
}

// column returns the first column, which is never shorter than the others.
func (m *Menu) column() []MenuItem {
	if len(m.Columns) == 0 {
		return nil
	}
	return m.Columns[0]
}

func (m *Menu) items() []MenuItem {
	return slices.Concat(append(slices.Clone(m.Columns), m.matching())...)
}

// View draws a box of at most width by height cells, for [Overlay].
func (m *Menu) View(th *style.Theme, width, height int) string {
	lines, details := m.grid(th), m.details(th)
	if len(lines) > 0 && len(details) > 0 {
		lines = append(lines, "")
	}
	title, hint := th.Strong.Render(style.Escape(m.Title)), m.hint(th)
	edges := menuEdges
	if m.Find {
		edges++
	}
	shown, position := m.window(details, height-len(lines)-edges)
	closing := th.Text.Render("esc")
	if position != "" {
		closing = th.Dim.Render(position) + "   " + closing
	}
	inner := max(0, min(width-4, widest(slices.Concat(lines, m.lines(th, m.Details), []string{title + hint + " ", closing, findHint})...)))
	for range min(len(m.Details), height-len(lines)-edges) - len(shown) {
		shown = append(shown, "") // so that the box keeps its size during a search
	}
	lines = append(lines, m.sought(th, inner)...)
	lines = append(append(lines, shown...), FitRight(closing, inner))
	return Frame(th, clip(title, inner-1-Width(hint))+hint, lines, inner+4)
}

const menuEdges = 3 // lines: the box's upper and lower edge, and the one about esc

// hint draws the item in the title.
func (m *Menu) hint(th *style.Theme) string {
	if m.Hint == nil {
		return ""
	}
	return th.Rule.Render(" "+style.Horizontal+" ") + keyHint(th, m.Hint.Key, m.Hint.Label)
}

// details draws the lines below the columns.
func (m *Menu) details(th *style.Theme) []string {
	found := m.matching()
	if len(found) == 0 && m.typed != "" {
		return []string{th.Dim.Render("  no item matches")}
	}
	return m.lines(th, found)
}

func (m *Menu) lines(th *style.Theme, items []MenuItem) []string {
	label := 0
	for _, item := range m.Details {
		label = max(label, widest(style.Escape(item.Label)))
	}
	lines := make([]string, len(items))
	for i, item := range items {
		lines[i] = m.line(th, item, m.detail() == i, label)
	}
	return lines
}

// detail returns the index of the focused detail. It is negative if none is focused.
func (m *Menu) detail() int { return m.At - (len(m.items()) - len(m.matching())) }

// window returns as many details as fit, including the focused one. If they do not all fit, it also
// returns the position of the focused one.
func (m *Menu) window(details []string, room int) (shown []string, position string) {
	if len(details) <= room {
		return details, ""
	}
	room = max(1, room)
	top := max(0, min(m.detail()-room/2, len(details)-room))
	return details[top : top+room], fmt.Sprintf("%d of %d", max(0, m.detail())+1, len(details))
}

// grid draws the columns side by side.
func (m *Menu) grid(th *style.Theme) []string {
	var lines []string
	first := 0
	for _, column := range m.Columns {
		indent := widest(lines...)
		if indent > 0 {
			indent += 3
		}
		for row, item := range column {
			if row == len(lines) {
				lines = append(lines, "")
			}
			lines[row] += blank(indent-Width(lines[row])) + m.line(th, item, first+row == m.At, 0)
		}
		first += len(column)
	}
	return lines
}

func (m *Menu) line(th *style.Theme, item MenuItem, focused bool, label int) string {
	bar, ink, text := " ", th.Strong, th.Text
	if item.Off {
		ink, text = th.Dim, th.Dim
	}
	if focused {
		bar = th.Accent.Render(style.Bar)
	}
	escaped := style.Escape(item.Label)
	line := bar + " " + ink.Render(Fit(style.Escape(item.Key), max(1, widest(style.Escape(item.Key))))) + "  " + text.Render(Fit(escaped, max(label, widest(escaped))))
	if item.Detail != "" {
		line += "   " + th.Dim.Render(style.Escape(item.Detail))
	}
	return line
}
