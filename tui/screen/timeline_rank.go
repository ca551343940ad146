package screen

import (
	"context"
	"slices"

	"backchannel/storage"

	tea "github.com/charmbracelet/bubbletea"
)

// The position of a span among all records is counted once, and then derived from how spans
// overlap, because the time that counting takes grows with the number of records.

// slide derives the position of the span that replaces the present one. While paused, it has the
// records of another source counted.
func (t *Timeline[T]) slide(to span[T]) (cmd tea.Cmd) {
	was, others := t.before, t.others
	t.before, t.others = -1, false
	if others && t.Paused {
		cmd = t.countBefore(t.until + 1)
	}
	switch {
	case !to.older:
		t.before = 0
	case others || was < 0 || len(to.Items) == 0 || t.Len() == 0:
	default:
		first, old := t.Source.ID(to.Items[0]), t.Source.ID(t.Span.Items[0])
		if i := t.Source.find(t.Span.Items, first); i >= 0 {
			t.before = was + int64(i)
		} else if i := t.Source.find(to.Items, old); i >= 0 {
			t.before = was - int64(i)
		}
	}
	return cmd
}

func (s TimelineSource[T]) find(items []T, id storage.ID) int {
	return slices.IndexFunc(items, func(item T) bool { return s.ID(item) == id })
}

// rank counts the records before the span unless that is known. While following, it is derived
// from the number of all records.
func (t *Timeline[T]) rank() tea.Cmd {
	if t.others || t.before >= 0 || t.Len() == 0 || t.Table.Following() && !t.Paused || t.ranks.Running {
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

// ranked takes a count. It counts again if that was not about the present span.
func (t *Timeline[T]) ranked(r rank, err error) tea.Cmd {
	if err != nil || t.others {
		return nil
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
	return t.rank()
}
