package copying

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"backchannel/storage"
)

// The limits of one commit. A commit has to be short, because other writers to the target wait for it.
const (
	batchRecords = 200
	batchBytes   = 4 << 20
)

// A span is the end of the history to copy. Records made after the copy began are not copied.
type span struct {
	deliveries, receipts storage.ID // the first IDs after the end
}

// finished returns the query for the deliveries to copy: the final ones.
func (s span) finished() storage.DeliveryQuery {
	return storage.DeliveryQuery{After: 1, Before: s.deliveries, States: []storage.State{storage.StateDelivered, storage.Failed, storage.Cancelled}}
}

// received returns the query for the receipts to copy.
func (s span) received() storage.ReceiptQuery {
	return storage.ReceiptQuery{OldestFirst: true, Before: s.receipts}
}

// measure finds the end of the history, and counts its records.
func (c *copier) measure(ctx context.Context) (end span, err error) {
	end = span{1, 1}
	deliveries, err := c.from.Deliveries(ctx, storage.DeliveryQuery{Limit: 1})
	if err != nil {
		return end, err
	}
	for _, d := range deliveries {
		end.deliveries = d.ID + 1
	}
	receipts, err := c.from.Receipts(ctx, storage.ReceiptQuery{Limit: 1})
	if err != nil {
		return end, err
	}
	for _, r := range receipts {
		end.receipts = r.ID + 1
	}
	if c.result.AllDeliveries, err = c.from.CountDeliveries(ctx, end.finished()); err != nil {
		return end, err
	}
	if c.result.AllReceipts, err = c.from.CountReceipts(ctx, end.received()); err != nil {
		return end, err
	}
	c.result.Unfinished, err = c.from.CountDeliveries(ctx, storage.DeliveryQuery{
		Before: end.deliveries, States: []storage.State{storage.Queued, storage.Sending, storage.Retrying, storage.Parked},
	})
	return end, err
}

// historyConflicts returns an entry for deliveries and one for receipts if any of them exist at the
// target.
func (c *copier) historyConflicts(ctx context.Context, end span) (bad storage.FieldErrors, err error) {
	add := func(kind string, n int, first storage.ID) {
		if n > 0 {
			bad = append(bad, storage.FieldError{Field: kind, Conflict: true, Reason: fmt.Sprintf(
				"the target has %d of them already, the first of which is %s; copy the history to a store without them", n, first)})
		}
	}
	n, first, err := common(deliveryID, deliveries(ctx, c.from, end.finished()), func(after storage.ID) iter.Seq2[storage.Delivery, error] {
		return deliveries(ctx, c.to, storage.DeliveryQuery{After: after, Before: end.deliveries})
	})
	if err != nil {
		return nil, err
	}
	add("deliveries", n, first)
	n, first, err = common(receiptID, receipts(ctx, c.from, end.received()), func(after storage.ID) iter.Seq2[storage.Receipt, error] {
		return receipts(ctx, c.to, storage.ReceiptQuery{After: after, Before: end.receipts})
	})
	if err != nil {
		return nil, err
	}
	add("receipts", n, first)
	return bad, nil
}

// copyHistory copies the deliveries, then the receipts, because receipts refer to deliveries.
func (c *copier) copyHistory(ctx context.Context, end span) error {
	b := batch{copier: c}
	for d, err := range deliveries(ctx, c.from, end.finished()) {
		if err == nil {
			err = b.addDelivery(ctx, d)
		}
		if err != nil {
			return err
		}
	}
	for r, err := range receipts(ctx, c.from, end.received()) {
		if err == nil {
			err = b.addReceipt(ctx, r)
		}
		if err != nil {
			return err
		}
	}
	return b.store(ctx)
}

// A batch is a part of the history that is stored in one commit.
type batch struct {
	*copier
	storage.History
	bytes int
}

// addDelivery adds a delivery, unless retention has removed it meanwhile.
func (b *batch) addDelivery(ctx context.Context, d storage.Delivery) (err error) {
	past := storage.PastDelivery{Delivery: d}
	if past.Event, err = b.from.Event(ctx, d.EventID); errors.Is(err, storage.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if past.Attempts, err = b.from.Attempts(ctx, d.ID); err != nil {
		return err
	}
	b.bytes += len(past.Event.Payload)
	for _, a := range past.Attempts {
		b.bytes += len(a.ResponseBody)
	}
	b.Deliveries = append(b.Deliveries, past)
	return b.storeIfFull(ctx)
}

// addReceipt does the same for a receipt, which it reads whole because lists have only a part. A copy
// of a receipt that waits to be relayed is dropped, since the source still relays it.
func (b *batch) addReceipt(ctx context.Context, listed storage.Receipt) error {
	r, err := b.from.Receipt(ctx, listed.ID)
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if r.Forward.State == storage.ForwardWaiting {
		r.Forward.State, r.Forward.Error = storage.ForwardDropped, "it was copied to another store before it was relayed"
	}
	b.bytes += len(r.Body) + len(r.Forward.Body)
	b.Receipts = append(b.Receipts, r)
	return b.storeIfFull(ctx)
}

// storeIfFull stores the batch once it has enough records or bytes.
func (b *batch) storeIfFull(ctx context.Context) error {
	if len(b.Deliveries)+len(b.Receipts) < batchRecords && b.bytes < batchBytes {
		return nil
	}
	return b.store(ctx)
}

// store stores the batch in one commit, and reports the progress.
func (b *batch) store(ctx context.Context) error {
	if len(b.Deliveries)+len(b.Receipts) == 0 {
		return nil
	}
	if err := b.to.ImportHistory(ctx, b.History); err != nil {
		return err
	}
	r := &b.result
	r.Deliveries += int64(len(b.Deliveries))
	r.Receipts += int64(len(b.Receipts))
	b.progress(r.Deliveries+r.Receipts, r.AllDeliveries+r.AllReceipts)
	b.History, b.bytes = storage.History{}, 0
	return nil
}
