package storetest

import (
	"fmt"
)

// messagesTests are the tests of receipts that share a request ID.
func messagesTests() subject {
	return subject{
		bare: true,
		twice: tests{
			"messages of one request are distinct": distinctMessages,
		},
	}
}

// distinctMessages tests that receipts of one request for different recipients are not duplicates of
// each other: each recipient of a request gets a message of their own.
func distinctMessages(t *suite) {
	s := t.store
	w := AddWebhook(t, s, "acme")
	for i := range 30 {
		r := ReceiptOf(w)
		r.RequestID, r.Identity = "R", fmt.Sprint("recipient", i)
		if earlier := EarlierOf(t, s, &r); len(earlier) > 0 {
			t.Errorf("%s: got %d earlier receipts, want none", r.Identity, len(earlier))
		}
	}
	if found := FoundBy(t, s, "message:R"); len(found) != 30 {
		t.Errorf("got %d receipts, want 30", len(found))
	}
}
