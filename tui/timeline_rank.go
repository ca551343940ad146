package tui

import (
	"context"
	"slices"

	"backchannel/storage"

	tea "github.com/charmbracelet/bubbletea"
)

// A span's place among all records is counted once, and from then on follows from where the
// spans overlap: counting takes as long as there are records.

// slide finds the place of a span that takes the place of the present one.
func (t *timeline[T]) slide(to span[T]) {
	was := t.before
	t.before = -1
	switch {
	case !to.older:
		t.before = 0
	case was < 0 || len(to.items) == 0 || t.Len() == 0:
	default:
		first, old := t.source.id(to.items[0]), t.source.id(t.span.items[0])
		if i := t.source.find(t.span.items, first); i >= 0 {
			t.before = was + int64(i)
		} else if i := t.source.find(to.items, old); i >= 0 {
			t.before = was - int64(i)
		}
	}
}

func (s timelineSource[T]) find(items []T, id storage.ID) int {
	return slices.IndexFunc(items, func(item T) bool { return s.id(item) == id })
}

// rank counts what is before the span, unless that is known. While the newest are followed,
// it follows from how many there are.
func (t *timeline[T]) rank() tea.Cmd {
	if t.before >= 0 || t.Len() == 0 || t.table.Following() && !t.paused || t.ranks.running {
		return nil
	}
	return t.countBefore(t.source.id(t.span.items[0]))
}

func (t *timeline[T]) countBefore(id storage.ID) tea.Cmd {
	count := t.source.count
	if count == nil {
		return nil
	}
	return t.ranks.ask(func(ctx context.Context) (rank, error) {
		n, err := count(ctx, id)
		return rank{id, n}, err
	})
}

// ranked takes what was counted, if it is about the span that is shown.
func (t *timeline[T]) ranked(r rank, err error) {
	if err != nil {
		return
	}
	if t.paused && r.id == t.until+1 {
		t.total = r.n
	}
	within := 0
	for _, item := range t.span.items {
		if t.source.id(item) < r.id {
			within++
		}
	}
	n := t.Len()
	if n > 0 && r.id >= t.source.id(t.span.items[0]) && r.id <= t.source.id(t.span.items[n-1])+1 {
		t.before = max(0, r.n-int64(within))
	}
}
