package sqlite

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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

func TestReceiptIsReadAsItWasStored(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	w := addWebhook(t, s, "acme")
	want := receiptOf(w)
	addReceipt(t, s, &want)
	got, err := s.Receipt(t.Context(), want.ID)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	light := want
	light.Headers, light.Body, light.Verdicts.Auth.Checks = nil, nil, nil
	list, err := s.Receipts(t.Context(), storage.ReceiptQuery{})
	if diff := cmp.Diff([]storage.Receipt{light}, list); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

func TestReceiptIsFinishedPinnedAndNoted(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	r := receiptOf(storage.Webhook{})
	r.Body, r.Headers, r.Webhook = nil, nil, ""
	addReceipt(t, s, &r)
	for _, err := range []error{
		s.FinishReceipts(t.Context(), storage.AnswerEnd{ReceiptID: 1}, storage.AnswerEnd{ReceiptID: r.ID, Outcome: storage.Answered, Duration: time.Second}),
		s.PinReceipt(t.Context(), r.ID, true),
		s.NoteReceipt(t.Context(), r.ID, "look"),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	got, err := s.Receipt(t.Context(), r.ID)
	if err != nil || got.Outcome != storage.Answered || got.Duration != time.Second || !got.Pinned || got.Note != "look" {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, err := range []error{
		s.PinReceipt(t.Context(), 1, true), s.NoteReceipt(t.Context(), 1, ""),
	} {
		if !errors.Is(err, storage.ErrNotFound) {
			t.Errorf("got %v", err)
		}
	}
}

func TestJudgeGetsEarlierReceipts(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	w, other := addWebhook(t, s, "acme"), addWebhook(t, s, "other")
	foreign, nobody := receiptOf(other), receiptOf(w)
	nobody.Identity = "jane@example.com"
	addReceipt(t, s, &foreign)
	addReceipt(t, s, &nobody)
	var ids []storage.ID
	for i := range 3 * earlierLimit {
		r := receiptOf(w)
		r.RetryCount = fmt.Sprint(i)
		var earlier []storage.Earlier
		if err := s.AddReceipt(t.Context(), &r, func(e []storage.Earlier) { earlier = e; r.Verdicts.Duplicate.Reason = "judged" }); err != nil {
			t.Fatal(err)
		}
		if want := min(i, 2*earlierLimit); len(earlier) != want {
			t.Fatalf("receipt %d got %d, want %d", i, len(earlier), want)
		}
		if i > 0 && (earlier[0].ID != ids[0] || earlier[len(earlier)-1].ID != ids[i-1] || earlier[0].RetryCount != "0" || earlier[0].Code != 204 || earlier[0].Status != "bounce") {
			t.Errorf("receipt %d got %+v", i, earlier)
		}
		ids = append(ids, r.ID)
		if got, _ := s.Receipt(t.Context(), r.ID); got.Verdicts.Duplicate.Reason != "judged" {
			t.Errorf("the verdict was not stored: %+v", got.Verdicts.Duplicate)
		}
	}
}

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

func TestReceiptsOfADelivery(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	w := addWebhook(t, s, "acme")
	d := enqueue(t, s, w)
	var ids []storage.ID
	for attempt := range 2 {
		r := receiptOf(w)
		r.DeliveryID, r.Attempt = d.ID, attempt+1
		addReceipt(t, s, &r)
		ids = append(ids, r.ID)
	}
	stranger := receiptOf(w)
	addReceipt(t, s, &stranger)
	got, err := s.ReceiptsOfDelivery(t.Context(), d.ID)
	if err != nil || len(got) != 2 || got[0].ID != ids[0] || got[1].Attempt != 2 {
		t.Errorf("got %+v, %v", got, err)
	}
}
