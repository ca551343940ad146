package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"backchannel/storage"
)

func webhookNamed(name string) storage.Webhook {
	w := storage.NewWebhook()
	w.Name, w.Organization, w.Channels = name, name+"Org", storage.Channels()
	return w
}

// addWebhook creates a valid webhook.
func addWebhook(t testing.TB, s store, name string, change ...func(*storage.Webhook)) storage.Webhook {
	t.Helper()
	w := webhookNamed(name)
	for _, f := range change {
		f(&w)
	}
	if err := s.CreateWebhook(t.Context(), &w); err != nil {
		t.Fatal(err)
	}
	return w
}

const testKey = "0123456789abcdef0123456789abcdef-very-secret"

func withJWT(w *storage.Webhook) {
	w.Auth.Type = storage.AuthJWT
	w.Auth.JWT.Secret = testKey
}

func eventFor(w storage.Webhook) storage.Event {
	return storage.Event{
		WebhookID: w.ID, RequestID: "Lm5Y4Os8zFJtbpwMq3V0ZFbsmBJWOqYB", Channel: storage.Email, Status: storage.StatusBounce,
		Variant: "hard", Identity: "john@example.com", Payload: []byte(`{"requestId":"Lm5Y"}`),
	}
}

func enqueue(t testing.TB, s store, w storage.Webhook) storage.Delivery {
	t.Helper()
	made, err := s.Enqueue(t.Context(), eventFor(w))
	if err != nil {
		t.Fatal(err)
	}
	return made[0]
}

func delivery(t testing.TB, s store, id storage.ID) storage.Delivery {
	t.Helper()
	d, err := s.Delivery(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// finish records one attempt that ends in the given state.
func finish(t testing.TB, s store, d storage.Delivery, state storage.State) {
	t.Helper()
	if err := s.Finish(t.Context(), outcomeOf(d, state)); err != nil {
		t.Fatal(err)
	}
}

func outcomeOf(d storage.Delivery, state storage.State) storage.Outcome {
	now := time.Now()
	return storage.Outcome{
		State: state, NextAttemptAt: now.Add(time.Hour), FinishedAt: now,
		Attempt: storage.Attempt{DeliveryID: d.ID, N: d.Attempts + 1, At: now, Code: 204},
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

func addReceipt(t testing.TB, s store, r *storage.Receipt) {
	t.Helper()
	if err := s.AddReceipt(t.Context(), r, func([]storage.Earlier) {}); err != nil {
		t.Fatal(err)
	}
}

// earlierOf adds a receipt and returns the earlier ones that its judge was given.
func earlierOf(t testing.TB, s store, r *storage.Receipt) (earlier []storage.Earlier) {
	t.Helper()
	if err := s.AddReceipt(t.Context(), r, func(e []storage.Earlier) { earlier = e }); err != nil {
		t.Fatal(err)
	}
	return earlier
}

func foundBy(t testing.TB, s store, text string) []storage.Receipt {
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

// activityTexts returns the kinds and texts of all activities.
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
