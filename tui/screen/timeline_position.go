package screen

import (
	"context"
	"fmt"

	"backchannel/storage"
	"backchannel/storage/words"

	tea "github.com/charmbracelet/bubbletea"
)

// A position is the position of a span among all records. It is counted once and then derived from
// the overlap of spans, because the time to count grows with the number of records.
type position[T any] struct {
	source *timelineSource[T]
	query  Query[rank]
	before int64 // how many records there are before the span; -1: unknown
	total  int64 // how many records there are while paused; -1: unknown
	others bool  // the span is still of another source, and so says nothing about this one
}

// A rank is the number of records before an ID.
type rank struct {
	id storage.ID
	n  int64
}

// forget drops the counts, because the source has changed.
func (s *position[T]) forget() {
	s.others, s.before, s.total = true, -1, -1
	s.query.drop()
}

// slide derives the position of the span that replaces another one. While the list is paused at
// until, it counts the records of a new source.
func (s *position[T]) slide(from, to span[T], until storage.ID) (cmd tea.Cmd) {
	was, others := s.before, s.others
	s.before, s.others = -1, false
	if others && until != 0 {
		cmd = s.ask(until + 1)
	}
	switch {
	case !to.older:
		s.before = 0
	case others || was < 0 || to.Len() == 0 || from.Len() == 0:
	default:
		if i := from.find(to.id(to.Items[0])); i >= 0 {
			s.before = was + int64(i)
		} else if i := to.find(from.id(from.Items[0])); i >= 0 {
			s.before = was - int64(i)
		}
	}
	return cmd
}

// find counts the records before a span, unless their number is known.
func (s *position[T]) find(of span[T]) tea.Cmd {
	if s.others || s.before >= 0 || of.Len() == 0 || s.query.Running {
		return nil
	}
	return s.ask(of.id(of.Items[0]))
}

// ask counts the records before an ID.
func (s *position[T]) ask(id storage.ID) tea.Cmd {
	count := s.source.Count
	if count == nil {
		return nil
	}
	return s.query.Ask(func(ctx context.Context) (rank, error) {
		n, err := count(ctx, id)
		return rank{id, n}, err
	})
}

// counted handles a count. It returns false if it was of another source. If it was about another
// span, the number before this one may still be unknown, and the caller has to call find again.
func (s *position[T]) counted(r rank, of span[T], until storage.ID) bool {
	if s.others {
		return false
	}
	if until != 0 && r.id == until+1 {
		s.total = r.n
	}
	if n := of.Len(); n > 0 && r.id >= of.id(of.Items[0]) && r.id <= of.id(of.Items[n-1])+1 {
		within, _ := of.search(r.id)
		s.before = max(0, r.n-int64(within))
	}
	return true
}

// text returns the position of the record at index at of a span, counted from 1: "3 of 12". total is
// the number of all records, or -1 if it is unknown; it is ignored while the list is paused.
func (s *position[T]) text(of span[T], at int, total int64, paused bool) string {
	n := int64(of.Len())
	switch {
	case paused:
		total = s.total
	case s.before >= 0 && !of.newer && total >= 0:
		total = s.before + n // more recent than what the caller knows
	}
	switch {
	case n == 0:
	case !of.older && !of.newer:
		return fmt.Sprintf("%d of %d", at, n)
	case s.before >= 0:
		return fmt.Sprintf("%s of %s", Thousands(s.before+int64(at)), Thousands(total))
	case !of.newer && total >= n:
		return fmt.Sprintf("%s of %s", Thousands(total-n+int64(at)), Thousands(total))
	case total >= 0:
		return "of " + Thousands(total)
	}
	return ""
}

// Thousands formats a number with its digits in groups of three.
func Thousands(n int64) string {
	if n < 0 {
		return "many"
	}
	return words.Group(n)
}
