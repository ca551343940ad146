package storetest

import (
	"errors"
	"time"

	"github.com/google/go-cmp/cmp"

	"backchannel/storage"
)

// forwardsTests are the tests of relayed receipts.
func forwardsTests() subject {
	return subject{
		bare: true,
		twice: tests{
			"outcomes of relaying are stored": forwards,
		},
	}
}

// forwards finishes one of two receipts that wait to be relayed, and drops the other. A receipt
// that is not waiting must not change, because its outcome is final.
func forwards(t *suite) {
	s := t.store
	var all [3]storage.Receipt
	for i, state := range []storage.ForwardState{"", storage.ForwardWaiting, storage.ForwardWaiting} {
		all[i] = storage.Receipt{ReceivedAt: time.Now(), Forward: storage.Forward{URL: "http://x.test/", State: state}}
		AddReceipt(t, s, &all[i])
	}
	done := storage.Forward{URL: "http://x.test/", State: storage.ForwardAnswered, Code: 418, Duration: time.Millisecond, Error: "e", Body: []byte("\xffbody")}
	t.must(s.FinishForward(t.Context(), all[1].ID, done))
	for range 2 { // the second time, there is nothing left to drop
		if _, err := s.DropForwards(t.Context(), "gone"); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []storage.Forward{{}, done, {URL: "http://x.test/", State: storage.ForwardDropped, Error: "gone"}} {
		got, err := s.Receipt(t.Context(), all[i].ID)
		t.must(err)
		if diff := cmp.Diff(want, got.Forward); diff != "" {
			t.Errorf("receipt %d (-want, +got): %s", i, diff)
		}
	}
	for _, r := range []storage.ID{all[0].ID, all[1].ID, 1} {
		if err := s.FinishForward(t.Context(), r, done); !errors.Is(err, storage.ErrNotFound) {
			t.Errorf("a receipt that does not wait: got %v, want ErrNotFound", err)
		}
	}
	t.wantIntact()
	if n, err := s.ClearReceipts(t.Context()); err != nil || n != 3 {
		t.Errorf("ClearReceipts = %d, %v; want 3", n, err)
	}
	t.wantIntact()
}
