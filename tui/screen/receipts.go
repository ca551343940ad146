package screen

import (
	"context"

	"backchannel/storage"
)

// ParkedReason returns why a delivery is parked, or nil if it is not.
func ParkedReason(ctx context.Context, from storage.ParkedStore, d storage.Delivery) (*storage.ParkedReason, error) {
	if d.State != storage.Parked {
		return nil, nil //nolint:nilnil // nothing parks it
	}
	return storage.FindParkedReason(ctx, from, d.WebhookID)
}

// LastReceipt returns the receipt of a delivery's last attempt, or the zero Receipt if the
// built-in receiver got none.
func LastReceipt(ctx context.Context, from receiptsOf, of storage.ID) (storage.Receipt, error) {
	receipts, err := from.ReceiptsOfDelivery(ctx, of)
	if err != nil || len(receipts) == 0 {
		return storage.Receipt{}, err
	}
	return receipts[len(receipts)-1], nil
}

// receiptsOf finds the receipts of a delivery.
type receiptsOf interface {
	ReceiptsOfDelivery(context.Context, storage.ID) ([]storage.Receipt, error)
}
