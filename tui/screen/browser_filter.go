package screen

import tea "github.com/charmbracelet/bubbletea"

// FilterBinding returns the key that opens the filter. help says what it matches, with an example.
func (b *Browser[R, D]) FilterBinding(help string) Binding {
	if b.bodyFocused() {
		return Binding{} // the key searches in the body
	}
	return b.filteredTable.FilterBinding(help)
}

// TypingBindings returns the keys of the filter, or of the search in the body, while that is
// being typed.
func (b *Browser[R, D]) TypingBindings() []Binding {
	if b.doc.Search.Typing() {
		return searchBindings()
	}
	return b.filter.Bindings()
}

// Typing reports whether keys are text for the filter or for the search in the body.
func (b *Browser[R, D]) Typing() bool { return b.filter.Typing || b.doc.Search.Typing() }

// Back does the first of these that applies: it ends the search in the body, moves the focus to the
// list, removes the filter, or removes the marks.
func (b *Browser[R, D]) Back() (tea.Cmd, bool) {
	switch {
	case b.bodyFocused() && b.doc.Search.End():
		return nil, true
	case b.backToList():
		return nil, true
	case b.filter.Shown():
		givenUp := b.filter.Typing
		b.filter.Clear()
		b.matches.source()
		return b.list.Unfilter(givenUp), true
	}
	return nil, b.clear()
}
