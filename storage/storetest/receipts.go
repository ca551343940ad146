package storetest

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"backchannel/storage"
)

// Receipts keeps the requests that the built-in receiver got, and how it answered them.
type Receipts interface {
	receiptReads
	receiptWrites
}

// receiptReads are the methods of Receipts that read. Lists leave out the headers, the body and
// the checks of the verdicts, which make up most of a receipt.
type receiptReads interface {
	Receipt(ctx context.Context, id storage.ID) (storage.Receipt, error)
	Receipts(ctx context.Context, q storage.ReceiptQuery) ([]storage.Receipt, error)
	CountReceipts(ctx context.Context, q storage.ReceiptQuery) (int64, error)
	ReceiptsOfDelivery(ctx context.Context, delivery storage.ID) ([]storage.Receipt, error)
}

// receiptWrites are the methods of Receipts that write.
type receiptWrites interface {
	// AddReceipt stores a receipt. It calls judge with the earlier receipts of the same message,
	// within the transaction, because two processes may receive it at the same time.
	AddReceipt(ctx context.Context, r *storage.Receipt, judge func(earlier []storage.Earlier)) error
	// FinishReceipts adds how the answers ended, several in one commit. It ignores receipts that
	// have been removed meanwhile.
	FinishReceipts(ctx context.Context, ends ...storage.AnswerEnd) error
	PinReceipt(ctx context.Context, id storage.ID, pinned bool) error
	NoteReceipt(ctx context.Context, id storage.ID, text string) error
	// ClearReceipts removes all but the pinned ones.
	ClearReceipts(ctx context.Context) (removed int64, err error)
	// FinishForward stores the outcome of relaying a receipt, once.
	FinishForward(ctx context.Context, receipt storage.ID, f storage.Forward) error
	// DropForwards marks as dropped the receipts that wait to be relayed by this node, or by one
	// that is gone.
	DropForwards(ctx context.Context, why string) (int64, error)
}

// runReceipts tests how a store keeps receipts, and how it finds and counts them.
func runReceipts[S interface {
	Base
	Receipts
}](t *testing.T, create Create[S]) {
	run(t, create, receiptsTests(), forwardsTests(), messagesTests(), filtersTests(), countsTests())
}

// earlierLimit is the number of first, and of last, receipts of a message that judge gets.
const earlierLimit = 16

// receiptsTests are the tests of Receipts.
func receiptsTests() subject {
	return subject{
		bare: true,
		twice: tests{
			"a receipt is read as it was stored":      storedReceipt,
			"a receipt is finished, pinned and noted": notedReceipt,
			"the judge gets earlier receipts":         judged,
			"clear keeps pinned receipts":             clearAll,
			"receipts of a delivery are listed":       receiptsOfOne,
		},
	}
}

// storedReceipt reads a receipt back whole, and as part of a list.
func storedReceipt(t *suite) {
	s := t.store
	w := AddWebhook(t, s, "acme")
	want := ReceiptOf(w)
	AddReceipt(t, s, &want)
	got, err := s.Receipt(t.Context(), want.ID)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("got error %v; (-want +got):\n%s", err, diff)
	}
	light := want
	light.Headers, light.Body, light.Verdicts.Auth.Checks = nil, nil, nil
	list, err := s.Receipts(t.Context(), storage.ReceiptQuery{})
	if diff := cmp.Diff([]storage.Receipt{light}, list); err != nil || diff != "" {
		t.Errorf("got error %v; (-want +got):\n%s", err, diff)
	}
}

// notedReceipt changes everything about a receipt that can be changed.
func notedReceipt(t *suite) {
	s := t.store
	r := ReceiptOf(storage.Webhook{})
	r.Body, r.Headers, r.Webhook = nil, nil, ""
	AddReceipt(t, s, &r)
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

// judged tests that judge gets the earlier receipts of the same webhook, request and identity, in
// order. Of a message that is repeated endlessly, it gets only the first and the last ones.
func judged(t *suite) {
	s := t.store
	w, other := AddWebhook(t, s, "acme"), AddWebhook(t, s, "other")
	foreign, nobody := ReceiptOf(other), ReceiptOf(w)
	nobody.Identity = "jane@example.com"
	AddReceipt(t, s, &foreign)
	AddReceipt(t, s, &nobody)
	var ids []storage.ID
	for i := range 3 * earlierLimit {
		r := ReceiptOf(w)
		r.RetryCount = strconv.Itoa(i)
		var earlier []storage.Earlier
		t.must(s.AddReceipt(t.Context(), &r, func(e []storage.Earlier) { earlier = e; r.Verdicts.Duplicate.Reason = "judged" }))
		if want := min(i, 2*earlierLimit); len(earlier) != want {
			t.Fatalf("receipt %d: got %d earlier receipts, want %d", i, len(earlier), want)
		}
		if i > 0 && (earlier[0].ID != ids[0] || earlier[len(earlier)-1].ID != ids[i-1] || earlier[0].RetryCount != "0" || earlier[0].Code != 204 || earlier[0].Status != "bounce") {
			t.Errorf("receipt %d: got the earlier receipts %+v", i, earlier)
		}
		ids = append(ids, r.ID)
		if got, _ := s.Receipt(t.Context(), r.ID); got.Verdicts.Duplicate.Reason != "judged" {
			t.Errorf("the verdict of the judge: got %+v", got.Verdicts.Duplicate)
		}
	}
}

// clearAll tests that a pinned receipt stays, and that the count agrees.
func clearAll(t *suite) {
	s := t.store
	var pinned storage.Receipt
	for i := range 5 {
		r := ReceiptOf(storage.Webhook{})
		AddReceipt(t, s, &r)
		if i == 2 {
			pinned = r
		}
	}
	t.must(s.PinReceipt(t.Context(), pinned.ID, true))
	n, err := s.ClearReceipts(t.Context())
	if err != nil || n != 4 {
		t.Errorf("ClearReceipts = %d, %v; want 4", n, err)
	}
	left, err := s.Receipts(t.Context(), storage.ReceiptQuery{})
	if err != nil || len(left) != 1 || left[0].ID != pinned.ID {
		t.Errorf("got the receipts %v, %v; want only the pinned one", left, err)
	}
	if counts, _ := s.Counts(t.Context()); counts.Receipts != 1 {
		t.Errorf("Counts: got %d receipts, want 1", counts.Receipts)
	}
}

// receiptsOfOne tests that a delivery has a receipt for each attempt that arrived.
func receiptsOfOne(t *suite) {
	s := t.store
	w := AddWebhook(t, s, "acme")
	d := Enqueue(t, s, w)
	var ids []storage.ID
	for attempt := range 2 {
		r := ReceiptOf(w)
		r.DeliveryID, r.Attempt = d.ID, attempt+1
		AddReceipt(t, s, &r)
		ids = append(ids, r.ID)
	}
	stranger := ReceiptOf(w)
	AddReceipt(t, s, &stranger)
	got, err := s.ReceiptsOfDelivery(t.Context(), d.ID)
	if err != nil || len(got) != 2 || got[0].ID != ids[0] || got[1].Attempt != 2 {
		t.Errorf("got %+v, %v", got, err)
	}
}
