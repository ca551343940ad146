package screen

// SearchBindings returns the keys of a search in the detail. They precede the screen's other keys, some
// of which they replace.
func (i *Inventory[R]) SearchBindings() []Binding {
	if i.panes.Focused != PaneDetail || !i.detail.Search.Shown() {
		return nil
	}
	return searchKeys(&i.detail, &i.detail.Search)
}

// TypingBindings returns the keys of the filter, or of the search in the detail, while that is being
// typed.
func (i *Inventory[R]) TypingBindings() []Binding {
	if i.searching() {
		return searchBindings()
	}
	return i.filter.Bindings()
}

// Typing reports whether keys are text for the filter or for the search in the detail.
func (i *Inventory[R]) Typing() bool { return i.filter.Typing || i.searching() }

// searching reports whether keys are text to search for.
func (i *Inventory[R]) searching() bool {
	return i.panes.Focused == PaneDetail && i.detail.Search.Typing()
}

// BackLabel returns what esc does before it closes the screen, or "".
func (i *Inventory[R]) BackLabel() string {
	if i.panes.Focused == PaneDetail && i.detail.Search.Shown() {
		return endSearch
	}
	return i.filteredTable.BackLabel()
}
