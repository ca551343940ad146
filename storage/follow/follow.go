// Package follow reads records as they are stored. Start with [Tail], which yields receipts
// as they arrive, or with [Expectation], which waits for a number of them. [Until] waits for any
// condition on the records.
//
// The package waits only as long as the caller's context allows, and it stores nothing.
package follow

import (
	"context"
	"iter"
	"time"

	"backchannel/storage"
)

// rereadEvery is how often records are read without a hint. Hints from other processes may
// get lost.
const rereadEvery = 250 * time.Millisecond

// A follower yields records in the order of their IDs: those that are stored, then each
// that is added.
type follower[T any] struct {
	// read returns up to storage.PageSize records after the one with the given ID, oldest
	// first.
	read    func(ctx context.Context, after storage.ID) ([]T, error)
	id      func(T) storage.ID
	changes <-chan storage.Change // hints that records may have been added
}

// pages returns an iterator over pages of records after the one with the given ID. No page
// is empty. The iterator ends when done is closed. It yields the first error and then ends,
// also if that error is ctx's.
func (f follower[T]) pages(ctx context.Context, done <-chan struct{}, after storage.ID) iter.Seq2[[]T, error] {
	return func(yield func([]T, error) bool) {
		for {
			page, err := f.read(ctx, after)
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
				after = f.id(page[len(page)-1])
			}
			if len(page) < storage.PageSize && !f.wait(done) {
				return
			}
		}
	}
}

func (f follower[T]) wait(done <-chan struct{}) bool { return waitForChange(done, f.changes) }

// waitForChange waits until records may have changed. It reports false once done is closed.
func waitForChange(done <-chan struct{}, changes <-chan storage.Change) bool {
	select {
	case <-done:
		return false
	case <-changes:
	case <-time.After(rereadEvery):
	}
	return true
}

// A Hinter hints that records may have changed.
type Hinter interface {
	// Changes returns a channel of hints until ctx ends.
	Changes(ctx context.Context) <-chan storage.Change
}

// Until calls look, and again whenever records may have changed, until it reports true or an
// error, which Until returns. If ctx ends first, Until returns its error.
func Until(ctx context.Context, store Hinter, look func(context.Context) (bool, error)) error {
	watching, cancel := context.WithCancel(ctx)
	defer cancel()
	for changes := store.Changes(watching); ; {
		if done, err := look(ctx); done || err != nil {
			return err
		}
		if !waitForChange(ctx.Done(), changes) {
			return ctx.Err()
		}
	}
}

// A ReceiptStore is the part of a store that following receipts needs.
type ReceiptStore interface {
	Hinter
	Receipts(context.Context, storage.ReceiptQuery) ([]storage.Receipt, error)
}

func receipts(store ReceiptStore, q storage.ReceiptQuery, changes <-chan storage.Change) follower[storage.Receipt] {
	q.OldestFirst, q.Limit = true, storage.PageSize
	return follower[storage.Receipt]{
		read: func(ctx context.Context, after storage.ID) ([]storage.Receipt, error) {
			q.After = after
			return store.Receipts(ctx, q)
		},
		id:      func(r storage.Receipt) storage.ID { return r.ID },
		changes: changes,
	}
}
