package storage

import "iter"

// PageSize is the number of records read at a time, so that reading a million of them needs
// little memory.
const PageSize = 1000

// A Pager iterates over records page by page.
type Pager[T any] struct {
	Limit int // 0: no limit
	// Read returns up to limit records after the one with the given ID, or the first ones if
	// the ID is 0.
	Read func(limit int, after ID) ([]T, error)
	ID   func(T) ID
}

// All returns an iterator over the records up to the limit. It stops after the first error.
func (p Pager[T]) All() iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var last ID
		for left := p.Limit; ; {
			size := PageSize
			if p.Limit > 0 {
				size = min(left, PageSize)
			}
			page, err := p.Read(size, last)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, record := range page {
				if !yield(record, nil) {
					return
				}
				last = p.ID(record)
			}
			left -= len(page)
			if len(page) < size || p.Limit > 0 && left == 0 {
				return
			}
		}
	}
}
