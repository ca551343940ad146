package storage

import (
	"cmp"
	"context"
	"iter"
)

// PageSize is the number of records read at a time, so that reading a million of them needs
// little memory.
const PageSize = 1000

// A Pager iterates over records page by page.
type Pager[T any] struct {
	limit int // 0: no limit
	// Read returns up to limit records after the one with the given ID, or the first ones if
	// the ID is 0.
	Read func(limit int, after ID) ([]T, error)
	ID   func(T) ID
}

// Newest returns a pager over the records that a query selects, the newest first, up to the query's
// limit. Records that arrive meanwhile are newer than the first page, so they are never read.
func Newest[Q any, P paged[Q], T record](ctx context.Context, q Q, list func(context.Context, Q) ([]T, error)) Pager[T] {
	total, _ := P(&q).bounds()
	return Pager[T]{
		limit: *total,
		Read: func(size int, last ID) ([]T, error) {
			page := q
			limit, before := P(&page).bounds()
			*limit, *before = size, cmp.Or(last, *before)
			return list(ctx, page)
		},
		ID: T.id,
	}
}

// A paged query can be read in pages, the newest records first: bounds returns its fields Limit and
// Before.
type paged[Q any] interface {
	*Q
	bounds() (limit *int, before *ID)
}

func (q *DeliveryQuery) bounds() (limit *int, before *ID)  { return &q.Limit, &q.Before }
func (q *ReceiptQuery) bounds() (limit *int, before *ID)   { return &q.Limit, &q.Before }
func (q *ExecutionQuery) bounds() (limit *int, before *ID) { return &q.Limit, &q.Before }
func (q *MessageQuery) bounds() (limit *int, before *ID)   { return &q.Limit, &q.Before }

// A record is what a paged query selects.
type record interface{ id() ID }

func (d Delivery) id() ID  { return d.ID }
func (r Receipt) id() ID   { return r.ID }
func (e Execution) id() ID { return e.ID }
func (m Message) id() ID   { return m.ID }

// All returns an iterator over the records up to the limit. It stops after the first error.
func (p Pager[T]) All() iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var last ID
		for left := p.limit; ; {
			size := PageSize
			if p.limit > 0 {
				size = min(left, PageSize)
			}
			page, err := p.Read(size, last)
			if err != nil {
				var zero T
				yield(zero, err)
				return
			}
			for _, record := range page {
				if !yield(record, nil) {
					return
				}
				last = p.ID(record)
			}
			left -= len(page)
			if len(page) < size || p.limit > 0 && left == 0 {
				return
			}
		}
	}
}
