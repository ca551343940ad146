package screen

import (
	"context"
	"slices"
	"strconv"

	"backchannel/storage"

	tea "github.com/charmbracelet/bubbletea"
)

// source sets where the list reads from.
func (b *Browser[R, D]) source() { b.list.Choose(b.spec.Choose(b.Terms())) }

// choose lists the records that the filter chooses.
func (b *Browser[R, D]) choose() tea.Cmd {
	b.source()
	b.filter.Found = -1
	return tea.Batch(b.list.Restart(), b.count())
}

// matchCount is how many records a filter chooses, of how many.
type matchCount struct{ found, total int64 }

// count counts what the filter chooses, if there is one.
func (b *Browser[R, D]) count() tea.Cmd {
	found, all := b.spec.Choose(b.filter.Terms()).Count, b.spec.Choose(storage.Filter{}).Count
	if b.filter.choosesAll() || found == nil || all == nil {
		return nil
	}
	total := b.spec.Total()
	return b.counts.Ask(func(ctx context.Context) (n matchCount, err error) {
		if n.found, err = found(ctx, 0); err != nil {
			return n, err
		}
		if n.total = total; total < 0 {
			n.total, err = all(ctx, 0)
		}
		return n, err
	})
}

// takeCount takes the answer to count, and reports whether msg was one.
func (b *Browser[R, D]) takeCount(msg tea.Msg) (tea.Cmd, bool) {
	a, fresh, cmd := b.counts.Take(msg)
	if fresh && a.Err == nil {
		b.filter.Found, b.filter.Total = a.Value.found, a.Value.total
	}
	return cmd, fresh
}

// FilterBinding returns the key with which a person types a filter; help says what it
// chooses, with an example.
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

// Back ends the search in the body, leads from the detail to the list, removes the filter, and
// then the marks.
func (b *Browser[R, D]) Back() (tea.Cmd, bool) {
	switch {
	case b.bodyFocused() && b.doc.Search.End():
		return nil, true
	case b.backToList():
		return nil, true
	case b.filter.Shown():
		givenUp := b.filter.Typing
		b.filter.Clear()
		b.source()
		return b.list.Unfilter(givenUp), true
	case b.list.Table.HasMarks():
		b.list.Table.ClearMarks()
		return nil, true
	}
	return nil, false
}

// known returns the values of a key that occur in the records around the selected one, the newest
// first, or the names of all webhooks.
func (b *Browser[R, D]) known(key string) []string {
	if key == "webhook" || b.spec.Values == nil {
		return b.env.KnownWebhooks(key)
	}
	var all []string
	for _, row := range slices.Backward(b.list.Span.Items) {
		if value := b.spec.Values(row)[key]; value != "" && !slices.Contains(all, value) {
			all = append(all, value)
		}
	}
	return all
}

// KnownWebhooks returns the names of all webhooks, which are the values of the key webhook.
func (s *Env) KnownWebhooks(key string) []string {
	if key != "webhook" {
		return nil
	}
	names := make([]string, len(s.Targets.Webhooks))
	for i, w := range s.Targets.Webhooks {
		names[i] = w.Name
	}
	return names
}

// CodeValue returns a status as a value of the key code.
func CodeValue(code int) string {
	if code == 0 {
		return storage.CodeNone
	}
	return strconv.Itoa(code)
}
