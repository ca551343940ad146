// Package follow reads records as they are stored. Start with [Tail], which yields receipts
// as they arrive, or with [Expectation], which waits for a number of them. [Follower] is for
// records of other kinds.
//
// The package waits only as long as the caller's context allows, and it stores nothing.
package follow

import (
	"context"
	"iter"
	"time"

	"backchannel/storage"
)

// rereadEvery is how often new records are looked for without a hint. Hints from other
// processes may get lost.
const rereadEvery = 250 * time.Millisecond

// A Follower yields records in the order of their IDs: those that are stored, then each
// that is added.
type Follower[T any] struct {
	// Read returns up to storage.PageSize records after the one with the given ID, oldest
	// first.
	Read    func(ctx context.Context, after storage.ID) ([]T, error)
	ID      func(T) storage.ID
	Changes <-chan storage.Change // hints that records may have been added
}

// Pages returns an iterator over pages of records after the one with the given ID. No page
// is empty. The iterator ends when done is closed. It yields the first error and then ends,
// also if that error is ctx's.
func (f Follower[T]) Pages(ctx context.Context, done <-chan struct{}, after storage.ID) iter.Seq2[[]T, error] {
	return func(yield func([]T, error) bool) {
		for {
			page, err := f.Read(ctx, after)
			if err != nil {
				if ctx.Err() != nil {
					err = ctx.Err() // stores describe an interruption in various ways
				}
				yield(nil, err)
				return
			}
			if len(page) > 0 {
				if !yield(page, nil) {
					return
				}
				after = f.ID(page[len(page)-1])
			}
			if len(page) < storage.PageSize && !f.wait(done) {
				return
			}
		}
	}
}

// wait waits until records may have been added. It reports false once done is closed.
func (f Follower[T]) wait(done <-chan struct{}) bool {
	select {
	case <-done:
		return false
	case <-f.Changes:
	case <-time.After(rereadEvery):
	}
	return true
}

// A ReceiptStore is the part of a store that following receipts needs.
type ReceiptStore interface {
	Receipts(context.Context, storage.ReceiptQuery) ([]storage.Receipt, error)
	// Changes returns a channel of hints until ctx ends.
	Changes(ctx context.Context) <-chan storage.Change
}

func receipts(store ReceiptStore, q storage.ReceiptQuery, changes <-chan storage.Change) Follower[storage.Receipt] {
	q.OldestFirst, q.Limit = true, storage.PageSize
	return Follower[storage.Receipt]{
		Read: func(ctx context.Context, after storage.ID) ([]storage.Receipt, error) {
			q.After = after
			return store.Receipts(ctx, q)
		},
		ID:      func(r storage.Receipt) storage.ID { return r.ID },
		Changes: changes,
	}
}
