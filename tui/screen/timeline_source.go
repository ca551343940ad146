package screen

import (
	"context"
	"slices"

	"backchannel/storage"
	"backchannel/tui/component"
)

// TimelineSource reads the records of a timeline, and returns their cells.
type TimelineSource[T any] struct {
	Page  func(context.Context, Page) ([]T, error)
	Count func(ctx context.Context, before storage.ID) (int64, error) // nil: they cannot be counted
	ID    func(T) storage.ID
	Row   func(T) []component.Cell
}

// A Page selects records: those before an ID, the newest first, or those after one, the oldest
// first.
type Page struct {
	Before, After storage.ID
	Limit         int
}

// A span is a sequence of records without a gap, the oldest first.
type span[T any] struct {
	Items        []T
	older, newer bool       // there are records before or after it
	selects      storage.ID // the record to select; 0: none
	near         storage.ID // the record to select, or the next one; 0: none
	follows      bool       // follow the newest, if that is the one
}

// newest reads the newest records, up to an ID unless that is 0.
func (s TimelineSource[T]) newest(until storage.ID) func(context.Context) (span[T], error) {
	return func(ctx context.Context) (span[T], error) {
		before := storage.ID(0)
		if until != 0 {
			before = until + 1
		}
		rows, err := s.Page(ctx, Page{Before: before, Limit: newestSpan})
		slices.Reverse(rows)
		return span[T]{Items: rows, older: len(rows) == newestSpan}, err
	}
}

// oldest reads the first records.
func (s TimelineSource[T]) oldest(until storage.ID) func(context.Context) (span[T], error) {
	return func(ctx context.Context) (span[T], error) {
		rows, err := s.Page(ctx, Page{After: firstID, Limit: newestSpan})
		found := s.upTo(until, span[T]{Items: rows, newer: len(rows) == newestSpan})
		if len(rows) > 0 {
			found.selects = s.ID(rows[0])
		}
		return found, err
	}
}

// around reads the records on both sides of an ID.
func (s TimelineSource[T]) around(id, until storage.ID) func(context.Context) (span[T], error) {
	return func(ctx context.Context) (span[T], error) {
		before, err := s.Page(ctx, Page{Before: id + 1, Limit: SpanReach})
		if err != nil {
			return span[T]{}, err
		}
		after, err := s.Page(ctx, Page{After: id, Limit: SpanReach})
		older := len(before) == SpanReach
		slices.Reverse(before)
		return s.upTo(until, span[T]{Items: slices.Concat(before, after), older: older, newer: len(after) == SpanReach}), err
	}
}

// upTo leaves out the records after an ID, unless that is 0.
func (s TimelineSource[T]) upTo(until storage.ID, found span[T]) span[T] {
	if until == 0 {
		return found
	}
	if end := slices.IndexFunc(found.Items, func(item T) bool { return s.ID(item) > until }); end >= 0 {
		found.Items, found.newer = found.Items[:end], false
	}
	return found
}

// strayed reports whether the selection has left a span while it was being read.
func (s TimelineSource[T]) strayed(found span[T], id storage.ID, following bool) bool {
	if id == 0 || found.selects != 0 || found.near != 0 || following || len(found.Items) == 0 {
		return false
	}
	first, last := s.ID(found.Items[0]), s.ID(found.Items[len(found.Items)-1])
	return found.older && id < first || found.newer && id > last
}
