package sqlite

import (
	"testing"

	"backchannel/storage"
	"backchannel/storage/storetest"
)

// Clearing as many receipts as fill the lowest level of keys twice takes several transactions.
func TestClearKeepsPinnedReceipts(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	var pinned storage.Receipt
	for i := range 3 {
		if i == 1 {
			pinned = storetest.ReceiptOf(storage.Webhook{})
			storetest.AddReceipt(t, s, &pinned)
			continue
		}
		addMany(t, s, storage.Webhook{}, keysInLevel0)
	}
	if err := s.PinReceipt(t.Context(), pinned.ID, true); err != nil {
		t.Fatal(err)
	}
	n, err := s.ClearReceipts(t.Context())
	if err != nil || n != 2*keysInLevel0 {
		t.Errorf("ClearReceipts = %d, %v", n, err)
	}
	left, err := s.Receipts(t.Context(), storage.ReceiptQuery{})
	if err != nil || len(left) != 1 || left[0].ID != pinned.ID {
		t.Errorf("got the receipts %v, %v; want only the pinned one", left, err)
	}
	if counts, _ := s.Counts(t.Context()); counts.Receipts != 1 {
		t.Errorf("Counts: got %d receipts, want 1", counts.Receipts)
	}
}
