package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"backchannel/storage"
)

// A Retainer removes old records.
type Retainer interface {
	// ApplyRetention deletes the oldest records beyond each limit, and returns how many. It keeps
	// pinned receipts and deliveries that are not final.
	ApplyRetention(ctx context.Context, keep storage.Retention) (removed int64, err error)
}

// runRetention tests which records a store removes, and which it keeps.
func runRetention[S interface {
	Base
	Receipts
	Retainer
}](t *testing.T, create Create[S]) {
	run(t, create, retentionTests())
}

// retentionTests are the tests of Retainer.
func retentionTests() subject {
	return subject{
		bare: true,
		once: tests{
			"records beyond the limits are removed": retention,
			"old tallies are removed":               oldTallies,
		},
	}
}

// retention lowers one limit after the other. ApplyRetention sends no hint if it deletes nothing,
// because a hint makes every console read again.
func retention(t *suite) {
	s := t.store
	w := AddWebhook(t, s, "acme")
	long := storage.Retention{Receipts: 1 << 30, ReceiptAge: time.Hour, ReceiptBytes: 1 << 40, DeliveryAge: time.Hour, Activities: 1 << 30}
	done, waiting := Enqueue(t, s, w), Enqueue(t, s, w)
	Finish(t, s, done, storage.StateDelivered)
	for i := range 12 {
		r := ReceiptOf(w)
		r.Body, r.Pinned = make([]byte, 1000), i == 0
		AddReceipt(t, s, &r)
	}
	apply := func(change func(*storage.Retention), want int64) {
		t.Helper()
		keep := long
		change(&keep)
		if n, err := s.ApplyRetention(t.Context(), keep); err != nil || n != want {
			t.Errorf("ApplyRetention = %d, %[3]v; want %[2]d", n, want, err)
		}
	}
	changes := s.Changes(t.Context())
	apply(func(*storage.Retention) {}, 0)
	select {
	case c := <-changes:
		t.Errorf("got the hint %v although nothing was removed", c)
	default:
	}
	apply(func(r *storage.Retention) { r.Receipts = 10 }, 2)
	apply(func(r *storage.Retention) { r.ReceiptBytes = 6000 }, 5)
	apply(func(r *storage.Retention) { r.Activities = 0 }, 1)
	apply(func(r *storage.Retention) { r.ReceiptAge = -time.Second }, 4)
	apply(func(r *storage.Retention) { r.Receipts = 0 }, 0)
	apply(func(r *storage.Retention) { r.DeliveryAge = -time.Second }, 1)
	if _, err := s.Delivery(t.Context(), done.ID); !errors.Is(err, storage.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	if _, err := s.Event(t.Context(), done.EventID); !errors.Is(err, storage.ErrNotFound) {
		t.Errorf("the event of a removed delivery: got %v, want ErrNotFound", err)
	}
	Delivery(t, s, waiting.ID)
	left, err := s.Receipts(t.Context(), storage.ReceiptQuery{})
	if err != nil || len(left) != 1 || !left[0].Pinned {
		t.Errorf("got %v, %v", left, err)
	}
	t.wantIntact()
}
