package screen

import (
	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// A Keeper has a list whose columns and filter are kept from one console to the next.
type Keeper interface {
	// ListTable returns the table of the list.
	ListTable() *component.Table
	// FilterText returns the filter that is in force. It returns false while one is typed.
	FilterText() (string, bool)
	// KeepFilter filters by a text that was kept, or returns why the text is not a filter.
	KeepFilter(text string) (tea.Cmd, error)
}

// A filteredTable is what every list of records has: a table, the filter that chooses its rows,
// and the panes of which it is the first. Whoever embeds it chooses the rows.
type filteredTable struct {
	table  *component.Table
	panes  *component.Panes
	filter Filter
	chosen func() tea.Cmd // lists what the filter chooses
	leave  func()         // is called before there is a filter
}

// ListTable returns the table of the list.
func (t *filteredTable) ListTable() *component.Table { return t.table }

// FilterText returns the filter that is in force. It returns false while one is typed.
func (t *filteredTable) FilterText() (string, bool) { return t.filter.Text(), !t.filter.Typing }

// KeepFilter filters by a text that was kept, or returns why the text is not a filter.
func (t *filteredTable) KeepFilter(text string) (tea.Cmd, error) {
	if err := t.filter.Check(text); err != nil {
		return nil, err
	}
	return t.FilterBy(text), nil
}

// CheckFilter says what is wrong with a filter's text.
func (t *filteredTable) CheckFilter(text string) error { return t.filter.Check(text) }

// Terms returns the filter that is in force.
func (t *filteredTable) Terms() storage.Filter { return t.filter.Terms() }

// FilterBy filters by a text as if a person had typed it.
func (t *filteredTable) FilterBy(text string) tea.Cmd {
	t.toFilter()
	t.filter.Set(text)
	return t.chosen()
}

// toFilter moves the focus to the list, which is about to be filtered.
func (t *filteredTable) toFilter() {
	t.panes.Focused = PaneList
	if !t.filter.Shown() {
		t.leave()
	}
}

// FilterBinding returns the key with which a person types a filter; help says what it chooses,
// with an example.
func (t *filteredTable) FilterBinding(help string) Binding {
	return Binding{Keys: []string{"/"}, Label: "filter", Help: help, Do: func() tea.Cmd {
		t.toFilter()
		return t.filter.Open()
	}}
}

// typeFilter filters with every letter, as far as what was typed is finished.
func (t *filteredTable) typeFilter(key tea.KeyMsg) tea.Cmd {
	before := t.Terms().String()
	if !t.filter.Key(key) || t.Terms().String() == before {
		return nil
	}
	return t.chosen()
}

// Typing reports whether keys are text for the filter.
func (t *filteredTable) Typing() bool { return t.filter.Typing }

// TypingBindings returns the keys of the filter while it is being typed.
func (t *filteredTable) TypingBindings() []Binding { return t.filter.Bindings() }

// Nearer says what esc does before it leads back.
func (t *filteredTable) Nearer() string {
	switch {
	case t.panes.Focused != PaneList:
		return "to the list"
	case t.filter.Shown():
		return "clear the filter"
	}
	return ""
}

// OnlyFiltered reports whether all that Back would do is to take the filter away.
func (t *filteredTable) OnlyFiltered() bool {
	return t.panes.Focused == PaneList && t.filter.Shown() && !t.filter.Typing
}

// backToList leads from the detail to the list, and reports whether the focus was there.
func (t *filteredTable) backToList() bool {
	was := !t.filter.Typing && t.panes.Focused != PaneList
	if was {
		t.panes.Focused = PaneList
	}
	return was
}

// place returns what the list shows with a record selected, in one tab of its detail.
func (t *filteredTable) place(id storage.ID, tab int) Place {
	return Place{Filter: t.filter.Kept(), ID: id, Follows: t.table.Following(), Pane: t.panes.Focused, Tab: tab}
}

// view draws the table, and below it the filter.
func (t *filteredTable) view(th *style.Theme, size component.Size) string {
	t.table.Focused = t.panes.Focused == PaneList && !t.filter.Typing
	t.table.Empty = []string{"Nothing matches the filter.", "esc takes it away."}
	if !t.filter.Shown() { // the list is paused, else a welcome would be here
		t.table.Empty = []string{"Nothing yet. p goes on."}
	}
	return t.filter.Below(th, size, func(size component.Size) string {
		t.table.SetSize(size.Width, size.Height)
		return t.table.View(th)
	})
}
