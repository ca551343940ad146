package screen

import tea "github.com/charmbracelet/bubbletea"

// FilterBinding returns the key that opens the filter, or while a text has the focus, a search in that.
// help says what the filter matches, with an example.
func (b *Browser[R, D]) FilterBinding(help string) Binding {
	if b.bodyFocused() {
		return Binding{} // the key that searches is among those of the body
	}
	return b.text().opener(b.filteredTable.FilterBinding(help))
}

// TypingBindings returns the keys of the filter, or of the search in the text that has the focus,
// while that is being typed.
func (b *Browser[R, D]) TypingBindings() []Binding {
	return b.text().typingBindings(b.filter.bindings())
}

// Typing reports whether keys are text for the filter or for a search.
func (b *Browser[R, D]) Typing() bool { return b.filter.typing || b.text().typing() }

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
