package screen

import (
	"cmp"
	"context"
	"slices"

	"backchannel/storage"
)

// A timelineSource reads the records of a timeline.
type timelineSource[T any] struct {
	Chosen[T]
	rows[T] // has no items; says how to show a record
}

// A Page selects records: those before an ID, the newest first, or those after one, the oldest
// first.
type Page struct {
	Before, After storage.ID
	Limit         int
}

// A span is a sequence of records without a gap, the oldest first.
type span[T any] struct {
	rows[T]
	older, newer bool // there are records before or after it
	choice
}

// A choice says which record of a span to select.
type choice struct {
	selects storage.ID // the record to select; 0: none
	near    storage.ID // the record to select, or the next one; 0: none
	follows bool       // follow the newest, if that is the record
}

// span returns a span of items, without those after until unless that is 0. newer says that there
// are more after them.
func (s timelineSource[T]) span(items []T, newer bool, until storage.ID) span[T] {
	found := span[T]{rows: rows[T]{items, s.id, s.cells}, newer: newer}
	if end := found.from(until + 1); until != 0 && end >= 0 {
		found.Items, found.newer = items[:end], false
	}
	return found
}

// newest reads the newest records, up to an ID unless that is 0.
func (s timelineSource[T]) newest(until storage.ID) func(context.Context) (span[T], error) {
	return func(ctx context.Context) (span[T], error) {
		before := storage.ID(0)
		if until != 0 {
			before = until + 1
		}
		items, err := s.Page(ctx, Page{Before: before, Limit: newestSpan})
		slices.Reverse(items)
		found := s.span(items, false, until)
		found.older = len(items) == newestSpan
		return found, err
	}
}

// oldest reads the first records.
func (s timelineSource[T]) oldest(until storage.ID) func(context.Context) (span[T], error) {
	return func(ctx context.Context) (span[T], error) {
		items, err := s.Page(ctx, Page{After: firstID, Limit: newestSpan})
		found := s.span(items, len(items) == newestSpan, until)
		if len(items) > 0 {
			found.selects = s.id(items[0])
		}
		return found, err
	}
}

// around reads the records on both sides of an ID.
func (s timelineSource[T]) around(id, until storage.ID, then choice) func(context.Context) (span[T], error) {
	return func(ctx context.Context) (span[T], error) {
		before, err := s.Page(ctx, Page{Before: id + 1, Limit: SpanReach})
		if err != nil {
			return span[T]{}, err
		}
		after, err := s.Page(ctx, Page{After: id, Limit: SpanReach})
		slices.Reverse(before)
		found := s.span(slices.Concat(before, after), len(after) == SpanReach, until)
		found.older, found.choice = len(before) == SpanReach, then
		return found, err
	}
}

// search returns where a record is in the span, or would be.
func (s span[T]) search(id storage.ID) (at int, found bool) {
	return slices.BinarySearchFunc(s.Items, id, func(item T, id storage.ID) int { return cmp.Compare(s.id(item), id) })
}

// find returns where a record is in the span, or -1.
func (s span[T]) find(id storage.ID) int {
	if at, found := s.search(id); found {
		return at
	}
	return -1
}

// from returns the index of the first record with at least an ID, or -1.
func (s span[T]) from(id storage.ID) int {
	if at, _ := s.search(id); at < s.Len() {
		return at
	}
	return -1
}

// strayed reports whether the selection has left the span while it was being read.
func (s span[T]) strayed(id storage.ID, following bool) bool {
	if id == 0 || s.selects != 0 || s.near != 0 || following || s.Len() == 0 {
		return false
	}
	at, found := s.search(id)
	return !found && s.beyond(at)
}

// beyond reports whether records that are not in memory may belong at an index of the span.
func (s span[T]) beyond(at int) bool { return at == 0 && s.older || at == s.Len() && s.newer }

// missing returns those of the records that do not exist. It can tell only within the span: sure is
// false if some are before or after it.
func (s span[T]) missing(ids []storage.ID) (none []storage.ID, sure bool) {
	sure = true
	for _, id := range ids {
		at, found := s.search(id)
		switch {
		case found:
		case s.beyond(at):
			sure = false
		default:
			none = append(none, id)
		}
	}
	return none, sure
}
