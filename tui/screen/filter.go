package screen

import (
	"errors"
	"slices"
	"time"

	"backchannel/storage"
	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// A FilterSpec declares the filter of a list.
type FilterSpec struct {
	View   string // the view whose earlier filters the key up recalls
	Syntax storage.FilterSyntax
	Known  func(key string) []string // suggested values of a key; nil: none
}

// A filter is the line in which a person types which records a list shows. It takes effect with
// every letter, except for an unfinished term. The key enter keeps it, esc removes it.
type filter struct {
	line   *component.Line // nil: there is no filter
	typing bool
	wrong  string // the error in it, if any
	column int    // where the error is, in characters from 1; 0: unknown

	// found is the number of records that match, and total that of all; negative: unknown.
	found, total int64

	env      *Env
	spec     FilterSpec
	terms    storage.Filter // in force
	recalled int            // which of the earlier filters is shown, from 1; 0: none
	typed    string         // before one was recalled
}

// newFilter returns a filter that is not shown yet.
func newFilter(e *Env, spec FilterSpec) filter {
	return filter{env: e, spec: spec, found: -1, total: -1}
}

// open shows the filter and starts typing.
func (f *filter) open() tea.Cmd {
	if f.line == nil {
		f.line = component.NewLine("")
	}
	f.typing, f.recalled = true, 0
	return nil
}

// text returns what was typed.
func (f *filter) text() string {
	if f.line == nil {
		return ""
	}
	return f.line.Text()
}

// choosesAll reports whether the filter matches every record.
func (f *filter) choosesAll() bool { return len(f.terms.Terms) == 0 }

// kept returns the text, or "" if it is not valid.
func (f *filter) kept() string {
	if f.check(f.text()) != nil {
		return ""
	}
	return f.text()
}

// shown reports whether the line is shown, even an empty one.
func (f *filter) shown() bool { return f.line != nil }

// check returns what is wrong with a filter's text, or nil.
func (f *filter) check(text string) error {
	_, err := f.spec.Syntax.Parse(text, f.now())
	return err
}

// now returns the time in the console's zone, because people type times as they are shown.
func (f *filter) now() time.Time { return f.env.Now().In(f.env.Location) }

// Set sets the filter as if a person had typed and kept a text. An empty text removes it.
func (f *filter) Set(text string) {
	*f = newFilter(f.env, f.spec)
	if text != "" {
		f.line = component.NewLine(text)
		f.read()
		f.env.rememberFilter(f.spec.View, text)
	}
}

// clear removes the filter, and reports whether there was one.
func (f *filter) clear() bool {
	had := f.shown()
	*f = newFilter(f.env, f.spec)
	return had
}

// key handles a key, and reports whether the filter in force may have changed.
func (f *filter) key(msg tea.KeyMsg) bool {
	switch msg.String() {
	case "enter":
		return f.keep()
	case "tab":
		f.complete(0)
	case "shift+tab":
		f.complete(-1)
	case "up":
		f.recall(1)
	case "down":
		f.recall(-1)
	default:
		f.line.Key(msg)
		f.recalled = 0
	}
	return f.read()
}

// keep ends typing, unless the text is not valid.
func (f *filter) keep() bool {
	f.typing = false
	if !f.read() {
		f.typing = true
		return false
	}
	f.env.rememberFilter(f.spec.View, f.text())
	if f.text() == "" {
		f.line = nil
	}
	return true
}

// read parses the text. While a person types, the term at the cursor counts as unfinished. If the
// text is not valid, the filter in force stays.
func (f *filter) read() bool {
	cursor := -1
	if f.typing {
		cursor = f.line.At()
	}
	terms, err := f.spec.Syntax.ParseTyped(f.text(), cursor, f.now())
	f.wrong, f.column = "", 0
	if err == nil {
		f.terms = terms
		return true
	}
	f.wrong = err.Error()
	var at *storage.FilterError
	if errors.As(err, &at) {
		f.column = at.Column
	}
	return false
}

// completions returns the possible completions of the text.
func (f *filter) completions() []storage.Completion {
	if !f.typing {
		return nil
	}
	return f.spec.Syntax.Complete(f.text(), f.line.At(), f.spec.Known)
}

// complete takes the first completion, or the last for -1.
func (f *filter) complete(which int) {
	if all := f.completions(); len(all) > 0 {
		to := all[(which+len(all))%len(all)]
		f.line.Set(to.Text, to.At)
	}
}

// recall shows an earlier or later filter, or finally the text typed before.
func (f *filter) recall(by int) {
	all := f.env.Filters[f.spec.View]
	if f.recalled == 0 {
		f.typed = f.text()
	}
	to := max(0, min(f.recalled+by, len(all)))
	if to == f.recalled {
		return
	}
	f.recalled = to
	text := f.typed
	if to > 0 {
		text = all[to-1]
	}
	f.line.Set(text, len([]rune(text)))
}

// mostFilters limits how many filters of a view are remembered.
const mostFilters = 50

// rememberFilter stores a filter as the latest of a view.
func (s *Env) rememberFilter(view, text string) {
	if text == "" {
		return
	}
	if s.Filters == nil {
		s.Filters = map[string][]string{}
	}
	others := slices.DeleteFunc(s.Filters[view], func(other string) bool { return other == text })
	others = others[:min(len(others), mostFilters-1)]
	s.Filters[view] = append([]string{text}, others...)
}

// bindings explains the keys of the filter.
func (f *filter) bindings() []Binding {
	var all []Binding
	if f.wrong == "" {
		all = append(all, Binding{Shown: "enter", Label: "keep the filter", Help: "Keep the filter and go to the list"})
	}
	all = append(all, Binding{Shown: "esc", Label: "clear it", Help: "Show all again"})
	if len(f.completions()) > 0 {
		all = append(all, Binding{Shown: "tab", Label: "complete", Help: "Complete a key or a value; again: the next value"})
	}
	if len(f.env.Filters[f.spec.View]) > 0 {
		all = append(all, Binding{Shown: "up", Label: "earlier", Help: "Recall an earlier filter"})
	}
	return all
}
