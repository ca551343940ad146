package tui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"backchannel/tui/component"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// filter is the line in which a person types what a list is to show. It takes
// effect while typing; enter keeps it, esc takes it away.
type filter struct {
	line   *component.Line // nil: none
	typing bool
	wrong  string // what is wrong with it
	column int    // and where, in characters from 1; 0: nobody knows
}

func (f *filter) open() tea.Cmd {
	if f.line == nil {
		f.line = component.NewLine("")
	}
	f.typing = true
	return nil
}

func (f *filter) text() string {
	if f.line == nil {
		return ""
	}
	return f.line.Text()
}

// shown reports whether the line takes up a row.
func (f *filter) shown() bool { return f.line != nil }

// key types, and reports whether the text changed.
func (f *filter) key(msg tea.KeyMsg) bool {
	if msg.Type == tea.KeyEnter {
		f.typing = false
		if f.text() == "" {
			f.line = nil
		}
		return false
	}
	return f.line.Key(msg)
}

// clear takes the filter away; false when there was none.
func (f *filter) clear() bool {
	had := f.shown()
	*f = filter{}
	return had
}

// pointer is a line below the filter's that points at what is wrong; empty when that is
// not in sight.
func (f *filter) pointer(th *style.Theme, width int) string {
	const lead = 3
	runes := []rune(f.text())
	if f.column < 1 || f.column > len(runes)+1 {
		return ""
	}
	before := ansi.StringWidth(style.Escape(string(runes[:f.column-1])))
	if lead+ansi.StringWidth(style.Escape(f.text())) >= width {
		return "" // it has been scrolled
	}
	return strings.Repeat(" ", lead+before) + th.Bad.Render("^")
}

func (f *filter) view(th *style.Theme, width int) string {
	line := " " + th.Accent.Render("/") + " " + f.line.View(th, max(0, width-4), f.typing)
	if f.wrong == "" {
		return component.Fit(line, width)
	}
	return component.Spread(line, th.Bad.Render(style.Cross+" "+style.Escape(f.wrong))+" ", width)
}

// bindings explain the keys while one types.
func (f *filter) bindings() []binding {
	away := binding{shown: "esc", label: "take it away", help: "Show all again"}
	if f.wrong != "" {
		return []binding{away}
	}
	return []binding{{shown: "enter", label: "keep the filter", help: "Keep the filter and go to the list"}, away}
}
