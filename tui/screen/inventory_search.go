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
