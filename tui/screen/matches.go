package screen

import (
	"context"
	"slices"
	"strconv"

	"backchannel/storage"

	tea "github.com/charmbracelet/bubbletea"
)

// A matches has a timeline list the records that match a filter, and counts them.
type matches[R any] struct {
	env    *Env
	from   func(storage.Filter) Chosen[R]
	values func(R) map[string]string // what the keys of the filter mean for a record; may be nil
	all    func() int64              // how many records there are; negative: unknown
	filter *filter
	list   *Timeline[R]
	query  Query[matchCount]
}

// A matchCount is the number of records that match a filter, and that of all.
type matchCount struct{ found, total int64 }

// source sets the source of the list, which it uses from its next read on.
func (m *matches[R]) source() { m.list.choose(m.from(m.filter.terms)) }

// choose lists the records that match the filter.
func (m *matches[R]) choose() tea.Cmd {
	m.source()
	m.filter.found = -1
	return tea.Batch(m.list.restart(), m.count())
}

// count counts the records that match the filter, if there is one.
func (m *matches[R]) count() tea.Cmd {
	found, all := m.from(m.filter.terms).Count, m.from(storage.Filter{}).Count
	if m.filter.choosesAll() || found == nil || all == nil {
		return nil
	}
	total := m.all()
	return m.query.Ask(func(ctx context.Context) (n matchCount, err error) {
		if n.found, err = found(ctx, 0); err != nil {
			return n, err
		}
		if n.total = total; total < 0 {
			n.total, err = all(ctx, 0)
		}
		return n, err
	})
}

// take handles the answer to count, and reports whether msg was one.
func (m *matches[R]) take(msg tea.Msg) (tea.Cmd, bool) {
	a, fresh, cmd := m.query.Take(msg)
	if fresh && a.Err == nil {
		m.filter.found, m.filter.total = a.Value.found, a.Value.total
	}
	return cmd, fresh
}

// total returns the number of records that match the filter; negative: unknown.
func (m *matches[R]) total() int64 {
	if m.filter.choosesAll() {
		return m.all()
	}
	return m.filter.found
}

// known returns the values of a key to suggest: for the key webhook the names of all webhooks,
// otherwise the values in the records around the selected one, the newest first.
func (m *matches[R]) known(key string) []string {
	if key == "webhook" || m.values == nil {
		return m.env.KnownWebhooks(key)
	}
	var all []string
	for _, row := range slices.Backward(m.list.Span.Items) {
		if value := m.values(row)[key]; value != "" && !slices.Contains(all, value) {
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
