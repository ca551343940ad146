package sqlite

import (
	"context"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/storage/storetest"
)

func TestChangesAreMergedUntilReceived(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	ctx, cancel := context.WithCancel(t.Context())
	changes := s.Changes(ctx)
	if err := s.AddActivity(t.Context(), storage.Activity{}); err != nil {
		t.Fatal(err)
	}
	r := storetest.ReceiptOf(storage.Webhook{})
	storetest.AddReceipt(t, s, &r)
	if c := <-changes; c != storage.ChangedActivity|storage.ChangedReceipts {
		t.Errorf("got %b", c)
	}
	if _, err := s.Enqueue(t.Context(), storage.Event{WebhookID: 7}); err == nil {
		t.Fatal("an event for a missing webhook was enqueued")
	}
	select {
	case c := <-changes:
		t.Errorf("got %b, but nothing was committed", c)
	default:
	}
	cancel()
	until(t, "the channel to close", func() bool {
		select {
		case _, open := <-changes:
			return !open
		default:
			return false
		}
	})
	storetest.AddReceipt(t, s, &r)
}

func TestOwnChangesDifferFromThoseOfAnotherStore(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, other := openTest(t, dir), openTest(t, dir)
	changes := s.Changes(t.Context())
	begun := time.Now()
	if err := other.AddActivity(t.Context(), storage.Activity{}); err != nil {
		t.Fatal(err)
	}
	if c := <-changes; c != storage.ChangedAll {
		t.Errorf("got %b", c)
	}
	t.Logf("got the change after %s", time.Since(begun))
	for range 20 {
		if err := s.AddActivity(t.Context(), storage.Activity{}); err != nil {
			t.Fatal(err)
		}
		if c := <-changes; c != storage.ChangedActivity {
			t.Errorf("a change of the store itself: got %b", c)
		}
	}
}

func TestCheckFindsWrongCounts(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	w := storetest.AddWebhook(t, s, "acme")
	storetest.Enqueue(t, s, w)
	tamper(t, s, `UPDATE delivery_counts SET n = 5`)
	found, err := s.Check(t.Context())
	if err != nil || len(found) != 1 {
		t.Errorf("got %v, %v; want one finding", found, err)
	}
}
