package screen

import (
	"slices"
	"strings"

	"backchannel/tui/component"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// Filter is the line in which a person types what a list shall show. It takes effect with
// every letter; enter keeps it, esc removes it.
type Filter struct {
	Line   *component.Line // nil: there is no filter
	Typing bool
	Wrong  string // the error in it, if any
	Column int    // where the error is, in characters from 1; 0: unknown
}

// Open makes keys text for the filter.
func (f *Filter) Open() tea.Cmd {
	if f.Line == nil {
		f.Line = component.NewLine("")
	}
	f.Typing = true
	return nil
}

// Text returns what was typed.
func (f *Filter) Text() string {
	if f.Line == nil {
		return ""
	}
	return f.Line.Text()
}

// Kept returns the text, unless it is not valid.
func (f *Filter) Kept() string {
	if f.Wrong != "" {
		return ""
	}
	return f.Text()
}

// keptFilter returns a filter as if a person had typed and kept it.
func keptFilter(text string) Filter {
	if text == "" {
		return Filter{}
	}
	return Filter{Line: component.NewLine(text)}
}

// Shown reports whether there is a filter, even an empty one.
func (f *Filter) Shown() bool { return f.Line != nil }

// Key handles a key, and reports whether the text changed.
func (f *Filter) Key(msg tea.KeyMsg) bool {
	if msg.Type == tea.KeyEnter {
		f.Typing = false
		if f.Text() == "" {
			f.Line = nil
		}
		return false
	}
	return f.Line.Key(msg)
}

// Clear removes the filter, and reports whether there was one.
func (f *Filter) Clear() bool {
	had := f.Shown()
	*f = Filter{}
	return had
}

// pointer returns a line that points at the error in the line above, or "" if the error is
// out of view.
func (f *Filter) pointer(th *style.Theme, width int) string {
	const lead = 3
	runes := []rune(f.Text())
	if f.Column < 1 || f.Column > len(runes)+1 {
		return ""
	}
	before := component.Width(style.Escape(string(runes[:f.Column-1])))
	if lead+component.Width(style.Escape(f.Text())) >= width {
		return "" // it has been scrolled
	}
	return strings.Repeat(" ", lead+before) + th.Bad.Render("^")
}

// view draws the line.
func (f *Filter) view(th *style.Theme, width int) string {
	return component.Fit(" "+th.Accent.Render("/")+" "+f.Line.View(th, max(0, width-4), f.Typing), width)
}

// Bindings explains the keys of the filter.
func (f *Filter) Bindings() []Binding {
	away := Binding{Shown: "esc", Label: "take it away", Help: "Show all again"}
	if f.Wrong != "" {
		return []Binding{away}
	}
	return []Binding{{Shown: "enter", Label: "keep the filter", Help: "Keep the filter and go to the list"}, away}
}

// Below draws a list, below it the filter, if there is one, and below that its error.
func (f *Filter) Below(th *style.Theme, size component.Size, list func(component.Size) string) string {
	if !f.Shown() {
		return list(size)
	}
	foot := []string{f.view(th, size.Width)}
	if f.Wrong != "" {
		if at := f.pointer(th, size.Width); at != "" {
			foot = append(foot, at)
		}
		lead := "   " + th.Bad.Render(style.Cross) + " "
		for _, text := range component.Wrap(style.Escape(f.Wrong), max(1, size.Width-6)) {
			foot = append(foot, lead+th.Text.Render(text))
			lead = "     "
		}
	}
	size.Height = max(0, size.Height-len(foot))
	return strings.TrimPrefix(list(size)+"\n"+strings.Join(foot, "\n"), "\n")
}

// Words splits the text of a filter into words, in lower case.
func Words(filter string) []string { return strings.Fields(strings.ToLower(filter)) }

// HasWords reports whether every word, given in lower case, occurs in one of the texts.
func HasWords(words []string, texts ...string) bool {
	text := strings.ToLower(strings.Join(texts, " "))
	return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) })
}
