package sqlite

import (
	"testing"

	"backchannel/storage"
	"backchannel/storage/storetest"
)

// It takes several transactions to clear what fills the lowest level of keys twice.
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
		t.Errorf("%d cleared, %v", n, err)
	}
	left, err := s.Receipts(t.Context(), storage.ReceiptQuery{})
	if err != nil || len(left) != 1 || left[0].ID != pinned.ID {
		t.Errorf("left: %v, %v", left, err)
	}
	if counts, _ := s.Counts(t.Context()); counts.Receipts != 1 {
		t.Errorf("counted %d", counts.Receipts)
	}
}
