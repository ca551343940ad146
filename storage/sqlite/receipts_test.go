package sqlite

import (
	"testing"
	"time"

	"backchannel/storage"
)

func receiptOf(w storage.Webhook) storage.Receipt {
	pass := storage.Verdict{Result: storage.Pass, Reason: "fine"}
	return storage.Receipt{
		ReceivedAt: time.Now().UTC().Truncate(time.Microsecond), WebhookID: w.ID, Webhook: w.Name,
		Method: "POST", Path: w.FeedbackPath(), Proto: "HTTP/1.1", TLSVersion: "TLS 1.3", Remote: "127.0.0.1:5",
		Headers:   []storage.HeaderField{{Name: "A", Value: "1"}, {Name: "A", Value: "\xff\x00"}, {Name: "Authorization", Value: "Bearer sesame", Secret: true}},
		Body:      []byte("{\"a\":\xff\x00}"),
		SHA256:    "abc",
		RequestID: "R1", Channel: "email", Status: "bounce", Identity: "john@example.com", RetryCount: "0", Code: 204,
		Verdicts: storage.Verdicts{
			Auth:   storage.Verdict{Result: storage.Pass, Reason: "ok", Checks: []storage.Check{{Name: "alg", Result: storage.Pass, Expected: "HS256", Actual: "HS256"}}},
			Schema: pass, Target: pass, Headers: pass, Duplicate: pass, Order: pass,
		},
	}
}

func addReceipt(t testing.TB, s *Store, r *storage.Receipt) {
	t.Helper()
	if err := s.AddReceipt(t.Context(), r, func([]storage.Earlier) {}); err != nil {
		t.Fatal(err)
	}
}

// It takes several transactions to clear what fills the lowest level of keys twice.
func TestClearKeepsPinnedReceipts(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	var pinned storage.Receipt
	for i := range 3 {
		if i == 1 {
			pinned = receiptOf(storage.Webhook{})
			addReceipt(t, s, &pinned)
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
