package screen

import (
	"context"
	"slices"

	"backchannel/storage"

	tea "github.com/charmbracelet/bubbletea"
)

// A span's place among all records is counted once, and from then on follows from where the
// spans overlap: counting takes as long as there are records.

// slide finds the place of a span that takes the place of the present one.
func (t *Timeline[T]) slide(to span[T]) {
	was := t.before
	t.before = -1
	switch {
	case !to.older:
		t.before = 0
	case was < 0 || len(to.Items) == 0 || t.Len() == 0:
	default:
		first, old := t.Source.ID(to.Items[0]), t.Source.ID(t.Span.Items[0])
		if i := t.Source.find(t.Span.Items, first); i >= 0 {
			t.before = was + int64(i)
		} else if i := t.Source.find(to.Items, old); i >= 0 {
			t.before = was - int64(i)
		}
	}
}

func (s TimelineSource[T]) find(items []T, id storage.ID) int {
	return slices.IndexFunc(items, func(item T) bool { return s.ID(item) == id })
}

// rank counts what is before the span, unless that is known. While the newest are followed,
// it follows from how many there are.
func (t *Timeline[T]) rank() tea.Cmd {
	if t.before >= 0 || t.Len() == 0 || t.Table.Following() && !t.Paused || t.ranks.Running {
		return nil
	}
	return t.countBefore(t.Source.ID(t.Span.Items[0]))
}

func (t *Timeline[T]) countBefore(id storage.ID) tea.Cmd {
	count := t.Source.Count
	if count == nil {
		return nil
	}
	return t.ranks.Ask(func(ctx context.Context) (rank, error) {
		n, err := count(ctx, id)
		return rank{id, n}, err
	})
}

// ranked takes what was counted, if it is about the span that is shown.
func (t *Timeline[T]) ranked(r rank, err error) {
	if err != nil {
		return
	}
	if t.Paused && r.id == t.until+1 {
		t.total = r.n
	}
	within := 0
	for _, item := range t.Span.Items {
		if t.Source.ID(item) < r.id {
			within++
		}
	}
	n := t.Len()
	if n > 0 && r.id >= t.Source.ID(t.Span.Items[0]) && r.id <= t.Source.ID(t.Span.Items[n-1])+1 {
		t.before = max(0, r.n-int64(within))
	}
}
