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
		stored, last, err := newest(ctx, store, q)
		if err != nil || len(stored) > 0 {
			if !yield(stored, err) || err != nil {
				return
			}
		}
		for page, err := range receipts(store, q, changes).Pages(ctx, ctx.Done(), last) {
			if !yield(page, err) {
				return
			}
		}
	}
}

// newest returns the q.Limit newest of the selected receipts, and the ID of the newest
// receipt of all, selected or not: what arrives comes after it.
func newest(ctx context.Context, store ReceiptStore, q storage.ReceiptQuery) (page []storage.Receipt, last storage.ID, err error) {
	latest, err := store.Receipts(ctx, storage.ReceiptQuery{Limit: 1})
	if err != nil || len(latest) == 0 {
		return nil, 0, err
	}
	last = latest[0].ID
	if q.Limit == 0 { // to a store it means no limit
		return nil, last, nil
	}
	q.Before = last + 1
	page, err = store.Receipts(ctx, q)
	slices.Reverse(page)
	return page, last, err
}
