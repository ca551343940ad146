package screen

// text returns the detail while it has the focus.
func (i *Inventory[R]) text() focusedText {
	if i.panes.Focused != PaneDetail {
		return focusedText{}
	}
	return focusedText{&i.detail, &i.detail.Search}
}

// SearchBindings returns the keys of a search in the detail. They precede the screen's other keys, some
// of which they replace.
func (i *Inventory[R]) SearchBindings() []Binding {
	if text := i.text(); text.searched() {
		return text.bindings()
	}
	return nil
}

// TypingBindings returns the keys of the filter, or of the search in the detail, while that is being
// typed.
func (i *Inventory[R]) TypingBindings() []Binding {
	return i.text().typingBindings(i.filter.bindings())
}

// Typing reports whether keys are text for the filter or for the search in the detail.
func (i *Inventory[R]) Typing() bool { return i.filter.typing || i.text().typing() }

// BackLabel returns what esc does before it closes the screen, or "".
func (i *Inventory[R]) BackLabel() string {
	return i.text().backLabel(i.filteredTable.BackLabel())
}
