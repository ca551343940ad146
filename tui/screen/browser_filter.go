package screen

import tea "github.com/charmbracelet/bubbletea"

// FilterBinding returns the key that opens the filter, or a search in the tab that has the focus. help
// says what the filter matches, with an example.
func (b *Browser[R, D]) FilterBinding(help string) Binding {
	if b.bodyFocused() {
		return Binding{} // the key that searches is among those of the body
	}
	return b.filteredTable.FilterBinding(help)
}

// Back does the first of these that applies: it ends the search in the text that has the focus, moves
// the focus to the list, removes the filter, or removes the marks.
func (b *Browser[R, D]) Back() (tea.Cmd, bool) {
	switch {
	case b.text().end():
		return nil, true
	case b.backToList():
		return nil, true
	case b.filter.shown():
		givenUp := b.filter.typing
		b.filter.clear()
		b.matches.source()
		return b.list.unfilter(givenUp), true
	}
	return nil, b.clear()
}
