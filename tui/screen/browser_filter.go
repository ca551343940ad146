package screen

import (
	tea "github.com/charmbracelet/bubbletea"
)

// source sets where the list reads from, or returns why a filter's text is not valid.
func (b *Browser[R, D]) source(text string) error {
	chosen, err := b.spec.Choose(text)
	if err == nil {
		b.list.Source.Page, b.list.Source.Count, b.all = chosen.Page, chosen.Count, chosen.All
	}
	return err
}

// choose lists the records that a filter's text chooses, if the text is valid.
func (b *Browser[R, D]) choose(text string) tea.Cmd {
	err := b.source(text)
	if err != nil {
		b.filter.Wrong, b.filter.Column = err.Error(), column(err)
		return nil
	}
	b.filter.Wrong, b.filter.Column = "", 0
	return b.list.Restart()
}

// typeFilter filters with every letter. Enter does not keep a text that is not valid.
func (b *Browser[R, D]) typeFilter(msg tea.KeyMsg) tea.Cmd {
	if msg.Type == tea.KeyEnter && b.filter.Wrong != "" || !b.filter.Key(msg) {
		return nil
	}
	return b.choose(b.filter.Text())
}

// CheckFilter says what is wrong with a filter's text.
func (b *Browser[R, D]) CheckFilter(text string) error {
	_, err := b.spec.Choose(text)
	return err
}

// FilterBy filters by a text as if a person had typed it.
func (b *Browser[R, D]) FilterBy(text string) tea.Cmd {
	if !b.filter.Shown() {
		b.list.Leave()
	}
	b.filter = keptFilter(text)
	b.Focused = PaneList
	return b.choose(text)
}

// FilterBinding returns the key with which a person types a filter; help says what it
// chooses, with an example.
func (b *Browser[R, D]) FilterBinding(help string) Binding {
	if b.bodyFocused() {
		return Binding{} // the key searches in the body
	}
	return Binding{Keys: []string{"/"}, Label: "filter", Help: help, Do: func() tea.Cmd {
		b.Focused = PaneList
		if !b.filter.Shown() {
			b.list.Leave()
		}
		return b.filter.Open()
	}}
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

// Back ends the search in the body, leads from the detail to the list, and then removes the
// filter.
func (b *Browser[R, D]) Back() (tea.Cmd, bool) {
	switch {
	case b.bodyFocused() && b.doc.Search.End():
		return nil, true
	case !b.filter.Typing && b.Focused != PaneList:
		b.Focused = PaneList
		return nil, true
	case b.filter.Shown():
		givenUp := b.filter.Typing
		b.filter.Clear()
		_ = b.source("") // an empty text is a filter, so it has no error
		return b.list.Unfilter(givenUp), true
	}
	return nil, false
}
