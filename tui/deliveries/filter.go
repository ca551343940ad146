package deliveries

import (
	"cmp"
	"context"
	"errors"

	"backchannel/storage"
	"backchannel/tui/screen"
)

// choose returns the source of the deliveries that match both a query and a filter.
func choose(store Store, query storage.DeliveryQuery, f storage.Filter) screen.Chosen[row] {
	query.Filter = f
	return screen.Chosen[row]{
		Page: func(ctx context.Context, p screen.Page) ([]row, error) {
			q := query
			q.Before, q.After, q.Limit = p.Before, p.After, p.Limit
			return page(ctx, store, q)
		},
		Count: func(ctx context.Context, before storage.ID) (int64, error) {
			q := query
			q.Before = before
			return store.CountDeliveries(ctx, q)
		},
	}
}

// page reads a page of deliveries with their receipts, and why they are parked. A delivery without
// attempts has no receipt, so it costs no query.
func page(ctx context.Context, store Store, q storage.DeliveryQuery) ([]row, error) {
	found, err := store.Deliveries(ctx, q)
	if err != nil {
		return nil, err
	}
	rows, reasons := make([]row, len(found)), map[storage.ID]*storage.ParkedReason{}
	for i, d := range found {
		rows[i].Delivery = d
		if rows[i].parked, err = whyParked(ctx, store, d, reasons); err != nil {
			return nil, err
		}
		if d.Attempts == 0 {
			continue
		}
		if rows[i].Receipt, err = screen.LastReceipt(ctx, store, d.ID); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// whyParked returns why a delivery is parked, or nil if it is not. known has the reasons that were
// already read, by webhook.
func whyParked(ctx context.Context, store storage.ParkedStore, d storage.Delivery, known map[storage.ID]*storage.ParkedReason) (*storage.ParkedReason, error) {
	if d.State != storage.Parked {
		return nil, nil
	}
	reason, read := known[d.WebhookID]
	if read {
		return reason, nil
	}
	reason, err := storage.FindParkedReason(ctx, store, d.WebhookID)
	if err != nil && !errors.Is(err, storage.ErrNotFound) { // the webhook was just deleted
		return nil, err
	}
	known[d.WebhookID] = reason
	return reason, nil
}

// values returns a delivery's values of the filter's keys, to suggest them.
func values(r row) map[string]string {
	return map[string]string{
		"message": r.RequestID, "identity": r.Identity, "campaign": r.Campaign, "execution": r.ExecutionID, "code": cmp.Or(string(r.NoAnswer), screen.CodeValue(r.Code)),
	}
}
