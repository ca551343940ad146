package screen

import (
	"strings"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/style"
)

// below draws a list, and below it the filter, if it is shown: its line, suggestions, and its error.
func (f *filter) below(th *style.Theme, size component.Size, list func(component.Size) string) string {
	if !f.shown() {
		return list(size)
	}
	possible := f.completions()
	foot := []string{f.view(th, size.Width, possible)}
	if f.typing && f.wrong == "" {
		foot = append(foot, suggestions(th, possible, size.Width))
	}
	if f.wrong != "" {
		if at := f.pointer(th, size.Width); at != "" {
			foot = append(foot, at)
		}
		lead := "   " + th.Bad.Render(style.Cross) + " "
		for _, text := range component.Wrap(style.Escape(f.wrong), max(1, size.Width-6)) {
			foot = append(foot, lead+th.Text.Render(text))
			lead = "     "
		}
	}
	size.Height = max(0, size.Height-len(foot))
	return strings.TrimPrefix(list(size)+"\n"+strings.Join(foot, "\n"), "\n")
}

// view draws the line, with the first suggestion dim behind the cursor, and right-aligned how many
// records match.
func (f *filter) view(th *style.Theme, width int, possible []storage.Completion) string {
	count, hint := f.count(), ""
	if len(possible) > 0 {
		hint = possible[0].Rest
	}
	line := " " + th.Accent.Render("/") + " " + f.line.ViewHint(th, max(0, width-5-component.Width(count)), f.typing, hint)
	return component.Spread(line, th.Dim.Render(count)+" ", width)
}

// count returns how many records match: "6 of 3,350".
func (f *filter) count() string {
	if f.choosesAll() || f.found < 0 || f.total < 0 {
		return ""
	}
	return Thousands(f.found) + " of " + Thousands(max(f.found, f.total))
}

// suggestions draws as many suggestions as fit.
func suggestions(th *style.Theme, possible []storage.Completion, width int) string {
	const lead = 3
	line := ""
	for _, c := range possible {
		if c.Other {
			break
		}
		more := strings.TrimPrefix(line+"  "+style.Escape(c.Shown), "  ")
		if lead+component.Width(more) > width-1 {
			break
		}
		line = more
	}
	return strings.Repeat(" ", lead) + th.Dim.Render(line)
}

// pointer returns a line that points at the error in the line above, or "" if the error is
// out of view.
func (f *filter) pointer(th *style.Theme, width int) string {
	const lead = 3
	runes := []rune(f.text())
	if f.column < 1 || f.column > len(runes)+1 {
		return ""
	}
	before := component.Width(style.Escape(string(runes[:f.column-1])))
	if lead+component.Width(style.Escape(f.text())) >= width {
		return "" // it has been scrolled
	}
	return strings.Repeat(" ", lead+before) + th.Bad.Render("^")
}
