package sqlite

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"backchannel/storage"
)

func TestRuntime(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	if rt, alive, err := s.Runtime(t.Context()); alive || err != nil || !cmp.Equal(rt, storage.Runtime{}) {
		t.Errorf("%+v %v %v", rt, alive, err)
	}
	want := storage.Runtime{PID: 5, ReceiverURL: "https://127.0.0.1:9443", UpdatedAt: time.Unix(5, 0).UTC(), Snapshot: storage.Snapshot{Queued: 3, P99: time.Second}}
	for range 2 {
		if err := s.SaveRuntime(t.Context(), want); err != nil {
			t.Fatal(err)
		}
	}
	release, ok, err := s.TryLead()
	if !ok || err != nil {
		t.Fatal(err)
	}
	rt, alive, err := s.Runtime(t.Context())
	if diff := cmp.Diff(want, rt); !alive || err != nil || diff != "" {
		t.Errorf("%v %v %s", alive, err, diff)
	}
	if _, ok, _ := s.TryLead(); ok {
		t.Error("led twice")
	}
	release()
}

func TestProfiles(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	w := addWebhook(t, s, "acme")
	if p, err := s.Profile(t.Context(), w.ID); err != nil || !cmp.Equal(p, storage.Profile{}) {
		t.Errorf("%+v %v", p, err)
	}
	for generation, preset := range storage.Presets() {
		if err := s.SetProfile(t.Context(), w.ID, preset.Profile); err != nil {
			t.Fatal(err)
		}
		want := preset.Profile
		want.Generation = int64(generation + 1)
		got, err := s.Profile(t.Context(), w.ID)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v %s", err, diff)
		}
	}
	err := s.SetProfile(t.Context(), w.ID, storage.Profile{Delay: -1, FailPct: 200})
	wantFields(t, err, "delay", "failPercent")
}

func TestActivities(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	at := time.Unix(1e9, 0).UTC()
	for i := range 5 {
		if err := s.AddActivity(t.Context(), storage.Activity{At: at, Kind: storage.ActivityProcess, WebhookID: 1, DeliveryID: 2, ReceiptID: 3, Text: fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
	}
	all, err := s.Activities(t.Context(), 0, 0)
	if err != nil || len(all) != 5 || all[0].Text != "0" {
		t.Fatalf("%v %v", all, err)
	}
	want := storage.Activity{ID: all[4].ID, At: at, Kind: storage.ActivityProcess, WebhookID: 1, DeliveryID: 2, ReceiptID: 3, Text: "4"}
	if all[4] != want {
		t.Errorf("%+v", all[4])
	}
	newest, err := s.Activities(t.Context(), all[1].ID, 2)
	if err != nil || len(newest) != 2 || newest[0].Text != "3" || newest[1].Text != "4" {
		t.Errorf("%v %v", newest, err)
	}
}

func TestSavedFixtures(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	f := storage.SavedFixture{Name: "mine", Channel: storage.Email, Status: storage.StatusBounce, Revision: storage.Classic, Payload: []byte("{}")}
	if err := s.SaveFixture(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	err := s.SaveFixture(t.Context(), f)
	if wantFields(t, err, "name"); !errors.Is(err, storage.ErrConflict) {
		t.Errorf("got %v", err)
	}
	wantFields(t, s.SaveFixture(t.Context(), storage.SavedFixture{}), "name", "channel", "status", "revision", "payload")
	got, err := s.SavedFixture(t.Context(), "mine")
	if got.CreatedAt.IsZero() || err != nil {
		t.Errorf("%+v %v", got, err)
	}
	f.CreatedAt = got.CreatedAt
	all, err := s.SavedFixtures(t.Context())
	if diff := cmp.Diff([]storage.SavedFixture{f}, all); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	if err := s.DeleteFixture(t.Context(), "mine"); err != nil {
		t.Error(err)
	}
	_, found := s.SavedFixture(t.Context(), "mine")
	for _, err := range []error{found, s.DeleteFixture(t.Context(), "mine")} {
		if !errors.Is(err, storage.ErrNotFound) {
			t.Errorf("got %v", err)
		}
	}
}

func TestChangesSayWhichAndMerge(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	ctx, cancel := context.WithCancel(t.Context())
	changes := s.Changes(ctx)
	if err := s.AddActivity(t.Context(), storage.Activity{}); err != nil {
		t.Fatal(err)
	}
	r := receiptOf(storage.Webhook{})
	addReceipt(t, s, &r)
	if c := <-changes; c != storage.ChangedActivity|storage.ChangedReceipts {
		t.Errorf("got %b", c)
	}
	if _, err := s.Enqueue(t.Context(), storage.Event{WebhookID: 7}); err == nil {
		t.Fatal("enqueued for no webhook")
	}
	select {
	case c := <-changes:
		t.Errorf("got %b, though nothing was committed", c)
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
	addReceipt(t, s, &r)
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
	t.Logf("got it after %s", time.Since(begun))
	for range 20 {
		if err := s.AddActivity(t.Context(), storage.Activity{}); err != nil {
			t.Fatal(err)
		}
		if c := <-changes; c != storage.ChangedActivity {
			t.Errorf("an own change came as %b", c)
		}
	}
}

func TestRetention(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	w := addWebhook(t, s, "acme")
	long := storage.Retention{Receipts: 1 << 30, ReceiptAge: time.Hour, ReceiptBytes: 1 << 40, DeliveryAge: time.Hour, Activities: 1 << 30}
	done, waiting := enqueue(t, s, w), enqueue(t, s, w)
	finish(t, s, done, storage.StateDelivered)
	for i := range 12 {
		r := receiptOf(w)
		r.Body, r.Pinned = make([]byte, 1000), i == 0
		addReceipt(t, s, &r)
	}
	apply := func(change func(*storage.Retention), want int64) {
		t.Helper()
		keep := long
		change(&keep)
		if n, err := s.ApplyRetention(t.Context(), keep); err != nil || n != want {
			t.Errorf("%d removed, want %d, %v", n, want, err)
		}
	}
	changes := s.Changes(t.Context())
	apply(func(*storage.Retention) {}, 0)
	select {
	case c := <-changes:
		t.Errorf("got %v after removing nothing", c)
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
		t.Errorf("its event: %v", err)
	}
	delivery(t, s, waiting.ID)
	left, err := s.Receipts(t.Context(), storage.ReceiptQuery{})
	if err != nil || len(left) != 1 || !left[0].Pinned {
		t.Errorf("%v %v", left, err)
	}
	if found, err := s.Check(t.Context()); err != nil || found != nil {
		t.Errorf("%v %v", found, err)
	}
}

func TestCheckFindsWrongCounts(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	w := addWebhook(t, s, "acme")
	enqueue(t, s, w)
	tamper(t, s, `UPDATE delivery_counts SET n = 5`)
	found, err := s.Check(t.Context())
	if err != nil || len(found) != 1 {
		t.Errorf("%v %v", found, err)
	}
}
