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

// A Filter is the line in which a person types which records a list shows. It takes effect with
// every letter, except for an unfinished term. The key enter keeps it, esc removes it.
type Filter struct {
	Line   *component.Line // nil: there is no filter
	Typing bool
	Wrong  string // the error in it, if any
	Column int    // where the error is, in characters from 1; 0: unknown

	// Found is the number of records that match, and Total that of all; negative: unknown.
	Found, Total int64

	env      *Env
	spec     FilterSpec
	terms    storage.Filter // in force
	recalled int            // which of the earlier filters is shown, from 1; 0: none
	typed    string         // before one was recalled
}

// NewFilter returns a filter that is not shown yet.
func NewFilter(e *Env, spec FilterSpec) Filter {
	return Filter{env: e, spec: spec, Found: -1, Total: -1}
}

// Open shows the filter and starts typing.
func (f *Filter) Open() tea.Cmd {
	if f.Line == nil {
		f.Line = component.NewLine("")
	}
	f.Typing, f.recalled = true, 0
	return nil
}

// Text returns what was typed.
func (f *Filter) Text() string {
	if f.Line == nil {
		return ""
	}
	return f.Line.Text()
}

// Terms returns the filter in force.
func (f *Filter) Terms() storage.Filter { return f.terms }

// choosesAll reports whether the filter matches every record.
func (f *Filter) choosesAll() bool { return len(f.terms.Terms) == 0 }

// Kept returns the text, or "" if it is not valid.
func (f *Filter) Kept() string {
	if f.Check(f.Text()) != nil {
		return ""
	}
	return f.Text()
}

// Shown reports whether the line is shown, even an empty one.
func (f *Filter) Shown() bool { return f.Line != nil }

// Check returns what is wrong with a filter's text, or nil.
func (f *Filter) Check(text string) error {
	_, err := f.spec.Syntax.Parse(text, f.now())
	return err
}

// now returns the time in the console's zone, because people type times as they are shown.
func (f *Filter) now() time.Time { return f.env.Now().In(f.env.Location) }

// Set sets the filter as if a person had typed and kept a text. An empty text removes it.
func (f *Filter) Set(text string) {
	*f = NewFilter(f.env, f.spec)
	if text != "" {
		f.Line = component.NewLine(text)
		f.read()
		f.env.rememberFilter(f.spec.View, text)
	}
}

// Clear removes the filter, and reports whether there was one.
func (f *Filter) Clear() bool {
	had := f.Shown()
	*f = NewFilter(f.env, f.spec)
	return had
}

// Key handles a key, and reports whether the filter in force may have changed.
func (f *Filter) Key(msg tea.KeyMsg) bool {
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
		f.Line.Key(msg)
		f.recalled = 0
	}
	return f.read()
}

// keep ends typing, unless the text is not valid.
func (f *Filter) keep() bool {
	f.Typing = false
	if !f.read() {
		f.Typing = true
		return false
	}
	f.env.rememberFilter(f.spec.View, f.Text())
	if f.Text() == "" {
		f.Line = nil
	}
	return true
}

// read parses the text. While a person types, the term at the cursor counts as unfinished. If the
// text is not valid, the filter in force stays.
func (f *Filter) read() bool {
	cursor := -1
	if f.Typing {
		cursor = f.Line.At()
	}
	terms, err := f.spec.Syntax.ParseTyped(f.Text(), cursor, f.now())
	f.Wrong, f.Column = "", 0
	if err == nil {
		f.terms = terms
		return true
	}
	f.Wrong = err.Error()
	var at *storage.FilterError
	if errors.As(err, &at) {
		f.Column = at.Column
	}
	return false
}

// completions returns the possible completions of the text.
func (f *Filter) completions() []storage.Completion {
	if !f.Typing {
		return nil
	}
	return f.spec.Syntax.Complete(f.Text(), f.Line.At(), f.spec.Known)
}

// complete takes the first completion, or the last for -1.
func (f *Filter) complete(which int) {
	if all := f.completions(); len(all) > 0 {
		to := all[(which+len(all))%len(all)]
		f.Line.Set(to.Text, to.At)
	}
}

// recall shows an earlier or later filter, or finally the text typed before.
func (f *Filter) recall(by int) {
	all := f.env.Filters[f.spec.View]
	if f.recalled == 0 {
		f.typed = f.Text()
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
	f.Line.Set(text, len([]rune(text)))
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

// Bindings explains the keys of the filter.
func (f *Filter) Bindings() []Binding {
	var all []Binding
	if f.Wrong == "" {
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
