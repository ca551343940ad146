package follow

import (
	"context"
	"iter"
	"slices"

	"backchannel/storage"
)

// Tail returns an iterator over the selected receipts, oldest first: the q.Limit newest of
// those that are stored, which may be none, and then each that arrives. It ends with ctx.
func Tail(ctx context.Context, store ReceiptStore, q storage.ReceiptQuery) iter.Seq2[[]storage.Receipt, error] {
	return func(yield func([]storage.Receipt, error) bool) {
		changes := store.Changes(ctx) // before reading, so that no receipt is missed in between
		tail(ctx, receipts(store, q, changes), q.Limit, func(selected bool, before storage.ID, limit int) ([]storage.Receipt, error) {
			if !selected {
				return store.Receipts(ctx, storage.ReceiptQuery{Limit: limit})
			}
			q.Before, q.Limit = before, limit
			return store.Receipts(ctx, q)
		}, yield)
	}
}

// An ExecutionStore is the part of a store that following executions needs.
type ExecutionStore interface {
	Hinter
	Executions(context.Context, storage.ExecutionQuery) ([]storage.Execution, error)
}

// TailExecutions is like Tail, but for calls of the execution API.
func TailExecutions(ctx context.Context, store ExecutionStore, q storage.ExecutionQuery) iter.Seq2[[]storage.Execution, error] {
	return func(yield func([]storage.Execution, error) bool) {
		f := follower[storage.Execution]{
			read: func(ctx context.Context, after storage.ID) ([]storage.Execution, error) {
				q := q
				q.After, q.OldestFirst, q.Limit = after, true, storage.PageSize
				return store.Executions(ctx, q)
			},
			id:      func(e storage.Execution) storage.ID { return e.ID },
			changes: store.Changes(ctx), // before reading, as in Tail
		}
		tail(ctx, f, q.Limit, func(selected bool, before storage.ID, limit int) ([]storage.Execution, error) {
			if !selected {
				return store.Executions(ctx, storage.ExecutionQuery{Limit: limit})
			}
			q := q
			q.Before, q.Limit = before, limit
			return store.Executions(ctx, q)
		}, yield)
	}
}

// A readNewest reads at most limit records, newest first: of those that are selected the ones
// before the one with an ID, or of all.
type readNewest[T any] func(selected bool, before storage.ID, limit int) ([]T, error)

// tail yields the newest of the records that are stored, up to a number, and then each that
// is added.
func tail[T any](ctx context.Context, f follower[T], stored int, read readNewest[T], yield func([]T, error) bool) {
	page, last, err := newest(f.id, stored, read)
	if err != nil || len(page) > 0 {
		if !yield(page, err) || err != nil {
			return
		}
	}
	for page, err := range f.pages(ctx, ctx.Done(), last) {
		if !yield(page, err) {
			return
		}
	}
}

// newest returns up to a number of the newest selected records, oldest first, and the ID of
// the newest record of all, selected or not: what arrives comes after it.
func newest[T any](id func(T) storage.ID, n int, read readNewest[T]) (page []T, last storage.ID, err error) {
	latest, err := read(false, 0, 1)
	if err != nil || len(latest) == 0 {
		return nil, 0, err
	}
	last = id(latest[0])
	if n == 0 { // to a store it means no limit
		return nil, last, nil
	}
	page, err = read(true, last+1, n)
	slices.Reverse(page)
	return page, last, err
}
