package copying

import (
	"context"
	"fmt"
	"iter"

	"backchannel/storage"
)

// pageRecords is the number of records read at a time.
const pageRecords = 500

func deliveryID(d storage.Delivery) storage.ID { return d.ID }
func receiptID(r storage.Receipt) storage.ID   { return r.ID }

// deliveries returns the deliveries that a query selects, oldest first.
func deliveries(ctx context.Context, from records, q storage.DeliveryQuery) iter.Seq2[storage.Delivery, error] {
	return pages(q.After, deliveryID, func(after storage.ID) ([]storage.Delivery, error) {
		q.After, q.Limit = after, pageRecords
		return from.Deliveries(ctx, q)
	})
}

// receipts returns the receipts that a query selects, oldest first, without the fields that lists
// leave out.
func receipts(ctx context.Context, from records, q storage.ReceiptQuery) iter.Seq2[storage.Receipt, error] {
	return pages(q.After, receiptID, func(after storage.ID) ([]storage.Receipt, error) {
		q.After, q.OldestFirst, q.Limit = after, true, pageRecords
		return from.Receipts(ctx, q)
	})
}

// pages returns the records of all pages after an ID. It reads until a page is empty.
func pages[T any](after storage.ID, id func(T) storage.ID, read func(after storage.ID) ([]T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for {
			page, err := read(after)
			if err != nil {
				var zero T
				yield(zero, fmt.Errorf("read: %w", err))
				return
			}
			for _, record := range page {
				if !yield(record, nil) {
					return
				}
				after = id(record)
			}
			if len(page) == 0 {
				return
			}
		}
	}
}

// common counts the records of a that b has as well, and returns the ID of the first. Both come in
// the order of their IDs. b is called with the ID after which to begin.
func common[T any](id func(T) storage.ID, a iter.Seq2[T, error], b func(after storage.ID) iter.Seq2[T, error]) (n int, first storage.ID, err error) {
	var next func() (T, error, bool)
	var other T
	more := true
	for record, failed := range a {
		if failed != nil {
			return n, first, failed
		}
		if next == nil {
			var stop func()
			next, stop = iter.Pull2(b(id(record) - 1))
			defer stop()
			if other, err, more = next(); err != nil {
				return n, first, err
			}
		}
		for more && id(other) < id(record) {
			if other, err, more = next(); err != nil {
				return n, first, err
			}
		}
		if !more {
			break
		}
		if id(other) == id(record) {
			if n++; n == 1 {
				first = id(record)
			}
		}
	}
	return n, first, nil
}
