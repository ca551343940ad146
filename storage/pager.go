package storage

import "iter"

// PageSize is how many records are read at a time, so that a million of them pass
// through little memory.
const PageSize = 1000

// A Pager goes through records, in the order in which it reads them.
type Pager[T any] struct {
	Limit int // 0: all
	// Read reads on behind the record of that ID, from the first one if that is 0.
	Read func(limit int, behind ID) ([]T, error)
	ID   func(T) ID
}

// All reads the records up to the limit, and ends with the first error.
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
