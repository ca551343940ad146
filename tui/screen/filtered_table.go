package screen

import (
	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// A Keeper has a list whose columns and filter are saved when the console ends and restored when it
// starts.
type Keeper interface {
	// ListTable returns the table of the list.
	ListTable() *component.Table
	// FilterText returns the text of the filter. It returns false while a person types it.
	FilterText() (string, bool)
	// RestoreFilter sets the filter to a saved text. It returns an error if that is not valid.
	RestoreFilter(text string) (tea.Cmd, error)
}

// A filteredTable is what every list of records has: a table, its filter, and the panes of which it
// is the first. The type that embeds it lists the matching rows.
type filteredTable struct {
	table   *component.Table
	panes   *component.Panes
	filter  filter
	inFocus func() focusedText // the text of another pane
	chosen  func() tea.Cmd     // lists the rows that match
	leave   func()             // called before a filter is opened
}

// ListTable returns the table of the list.
func (t *filteredTable) ListTable() *component.Table { return t.table }

// FilterText returns the text of the filter. It returns false while a person types it.
func (t *filteredTable) FilterText() (string, bool) { return t.filter.text(), !t.filter.typing }

// RestoreFilter sets the filter to a saved text. It returns an error if that is not valid.
func (t *filteredTable) RestoreFilter(text string) (tea.Cmd, error) {
	if err := t.filter.check(text); err != nil {
		return nil, err
	}
	return t.FilterBy(text), nil
}

// CheckFilter returns what is wrong with a filter's text, or nil.
func (t *filteredTable) CheckFilter(text string) error { return t.filter.check(text) }

// Terms returns the filter in force.
func (t *filteredTable) Terms() storage.Filter { return t.filter.terms }

// FilterBy sets the filter as if a person had typed a text.
func (t *filteredTable) FilterBy(text string) tea.Cmd {
	t.toFilter()
	t.filter.Set(text)
	return t.chosen()
}

// toFilter moves the focus to the list, which is about to be filtered.
func (t *filteredTable) toFilter() {
	t.panes.Focused = paneList
	if !t.filter.shown() {
		t.leave()
	}
}

// FilterBinding returns the key that opens the filter, or a search in the text that has the focus.
// help says what the filter matches, with an example.
func (t *filteredTable) FilterBinding(help string) Binding {
	return t.inFocus().opener(Binding{Keys: []string{"/"}, Label: "filter", Help: help, Do: func() tea.Cmd {
		t.toFilter()
		return t.filter.open()
	}})
}

// typeFilter passes a key to the filter, and lists the matching rows if the filter in force has
// changed.
func (t *filteredTable) typeFilter(key tea.KeyMsg) tea.Cmd {
	before := t.filter.terms.String()
	if !t.filter.key(key) || t.filter.terms.String() == before {
		return nil
	}
	return t.chosen()
}

// Typing reports whether keys are text for the filter or for a search.
func (t *filteredTable) Typing() bool { return t.filter.typing || t.inFocus().typing() }

// TypingBindings returns the keys of the filter or of the search while that is being typed.
func (t *filteredTable) TypingBindings() []Binding {
	return t.inFocus().typingBindings(t.filter.bindings())
}

// BackLabel returns what esc does before it closes the screen, or "".
func (t *filteredTable) BackLabel() string {
	switch {
	case t.inFocus().searched():
		return endSearch
	case t.panes.Focused != paneList:
		return "to the list"
	case t.filter.shown():
		return "clear the filter"
	}
	return ""
}

// OnlyFiltered reports whether Back would do nothing but remove the filter.
func (t *filteredTable) OnlyFiltered() bool {
	return t.panes.Focused == paneList && t.filter.shown() && !t.filter.typing
}

// backToList moves the focus from the detail to the list, and reports whether it was in the detail.
func (t *filteredTable) backToList() bool {
	was := !t.filter.typing && t.panes.Focused != paneList
	if was {
		t.panes.Focused = paneList
	}
	return was
}

// bookmark returns the state of the list with a record selected and a tab of its detail in front.
func (t *filteredTable) bookmark(id storage.ID, tab int) Bookmark {
	return Bookmark{Filter: t.filter.kept(), ID: id, Follows: t.table.Following(), Pane: t.panes.Focused, Tab: tab}
}

// view draws the table, and below it the filter.
func (t *filteredTable) view(th *style.Theme, size component.Size) string {
	t.table.Focused = t.panes.Focused == paneList && !t.filter.typing
	t.table.Empty = []string{"Nothing matches the filter.", "esc clears it."}
	if !t.filter.shown() { // the list is paused; otherwise the welcome would be drawn
		t.table.Empty = []string{"Nothing yet. p resumes."}
	}
	return t.filter.below(th, size, func(size component.Size) string {
		t.table.SetSize(size.Width, size.Height)
		return t.table.View(th)
	})
}
