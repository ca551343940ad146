package main

import (
	"iter"

	"backchannel/storage"
)

// pageSize is how many records are read at a time, so that a million of them pass
// through little memory.
const pageSize = 1000

// A pager goes through records, in the order in which it reads them.
type pager[T any] struct {
	limit int // 0: all
	// read reads on behind the record of that ID, from the first one if that is 0.
	read func(limit int, behind storage.ID) ([]T, error)
	id   func(T) storage.ID
}

func (p pager[T]) all() iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var last storage.ID
		for left := p.limit; ; {
			size := pageSize
			if p.limit > 0 {
				size = min(left, pageSize)
			}
			page, err := p.read(size, last)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, record := range page {
				if !yield(record, nil) {
					return
				}
				last = p.id(record)
			}
			left -= len(page)
			if len(page) < size || p.limit > 0 && left == 0 {
				return
			}
		}
	}
}
