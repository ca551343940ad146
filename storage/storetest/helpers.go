package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"backchannel/storage"
)

// The parts of a store that the helpers below need.
type (
	deliveryReader interface {
		Delivery(context.Context, storage.ID) (storage.Delivery, error)
	}
	finisher interface {
		Finish(context.Context, storage.Outcome) error
	}
	receiptAdder interface {
		AddReceipt(context.Context, *storage.Receipt, func([]storage.Earlier)) error
	}
	receiptReader interface {
		Receipts(context.Context, storage.ReceiptQuery) ([]storage.Receipt, error)
	}
)

// Must returns a value that a test needs, and panics if there is none.
func Must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// Eventually waits until ok returns true. If that takes longer than a limit, it fails the test with what
// failure says.
func Eventually(t testing.TB, limit time.Duration, ok func() bool, failure func() string) {
	t.Helper()
	for deadline := time.Now().Add(limit); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(failure())
		}
	}
}

// AddWebhook creates a webhook with the changes made. Without any, it is valid.
func AddWebhook(t testing.TB, s webhookCreator, name string, change ...func(*storage.Webhook)) storage.Webhook {
	t.Helper()
	w := WebhookNamed(name)
	for _, f := range change {
		f(&w)
	}
	if err := s.CreateWebhook(t.Context(), &w); err != nil {
		t.Fatal(err)
	}
	return w
}

// Enqueue queues an event for a webhook.
func Enqueue(t testing.TB, s enqueuer, w storage.Webhook) storage.Delivery {
	t.Helper()
	made, err := s.Enqueue(t.Context(), EventFor(w))
	if err != nil {
		t.Fatal(err)
	}
	return made[0]
}

// Delivery reads a delivery.
func Delivery(t testing.TB, s deliveryReader, id storage.ID) storage.Delivery {
	t.Helper()
	d, err := s.Delivery(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Finish records one attempt that ends in the given state.
func Finish(t testing.TB, s finisher, d storage.Delivery, state storage.State) {
	t.Helper()
	if err := s.Finish(t.Context(), OutcomeOf(d, state)); err != nil {
		t.Fatal(err)
	}
}

// wantFields checks that err names exactly these fields.
func wantFields(t testing.TB, err error, fields ...string) {
	t.Helper()
	var bad storage.FieldErrors
	if !errors.As(err, &bad) {
		t.Fatalf("got %v, want errors of the fields %v", err, fields)
	}
	var got []string
	for _, f := range bad {
		got = append(got, f.Field)
	}
	if fmt.Sprint(got) != fmt.Sprint(fields) {
		t.Errorf("got errors of %v, want %v:\n%v", got, fields, err)
	}
}

// AddReceipt stores a receipt without judging it.
func AddReceipt(t testing.TB, s receiptAdder, r *storage.Receipt) {
	t.Helper()
	if err := s.AddReceipt(t.Context(), r, func([]storage.Earlier) {}); err != nil {
		t.Fatal(err)
	}
}

// EarlierOf adds a receipt and returns the earlier receipts that its judge gets.
func EarlierOf(t testing.TB, s receiptAdder, r *storage.Receipt) (earlier []storage.Earlier) {
	t.Helper()
	if err := s.AddReceipt(t.Context(), r, func(e []storage.Earlier) { earlier = e }); err != nil {
		t.Fatal(err)
	}
	return earlier
}

// FoundBy returns the receipts that a filter selects, newest first.
func FoundBy(t testing.TB, s receiptReader, text string) []storage.Receipt {
	t.Helper()
	filter, err := storage.ReceiptFilter().Parse(text, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	found, err := s.Receipts(t.Context(), storage.ReceiptQuery{Filter: filter, Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// activityTexts returns all activities, each as its kind and text.
func activityTexts(t testing.TB, s store) []string {
	t.Helper()
	all, err := s.Activities(t.Context(), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	texts := make([]string, len(all))
	for i, a := range all {
		texts[i] = string(a.Kind) + ": " + a.Text
	}
	return texts
}

// wantIntact checks that the store finds no damage in itself.
func (s *suite) wantIntact() {
	s.Helper()
	if damage, err := s.store.Check(s.ctx); err != nil || len(damage) > 0 {
		s.Errorf("Check: got %q, %v; want no damage", damage, err)
	}
}
