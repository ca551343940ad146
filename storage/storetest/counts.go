package storetest

import (
	"time"

	"backchannel/storage"
)

// countsTests are the tests of CountReceipts and CountDeliveries.
func countsTests() subject {
	return subject{
		bare: true,
		twice: tests{
			"counts agree with lists": counts,
		},
	}
}

// counts compares each count with the length of the list for the same query, because a console shows
// both and a store need not count by listing.
func counts(t *suite) {
	s := t.store
	w := AddWebhook(t, s, "acme")
	var ids []storage.ID
	for i := range 7 {
		r := ReceiptOf(w)
		if i%2 == 1 {
			r.Status = "delivered"
		}
		AddReceipt(t, s, &r)
		ids = append(ids, r.ID)
	}
	for _, text := range []string{"", "status:delivered", "-status:delivered body~e", "status:exclude"} {
		filter, err := storage.ReceiptFilter().Parse(text, time.Now())
		t.must(err)
		for _, q := range []storage.ReceiptQuery{{Filter: filter}, {Filter: filter, Before: ids[4]}, {Filter: filter, After: ids[2]}} {
			list, err := s.Receipts(t.Context(), q)
			t.must(err)
			if n, err := s.CountReceipts(t.Context(), q); err != nil || n != int64(len(list)) {
				t.Errorf("%q before %d after %d: counted %d, listed %d, %v", text, q.Before, q.After, n, len(list), err)
			}
		}
	}
	first := Enqueue(t, s, w)
	second := Enqueue(t, s, w)
	Enqueue(t, s, w)
	for _, q := range []storage.DeliveryQuery{{}, {Before: second.ID}, {After: first.ID}, {States: []storage.State{storage.Queued, storage.Parked}}, {WebhookID: w.ID, After: 1}} {
		list, err := s.Deliveries(t.Context(), q)
		t.must(err)
		if n, err := s.CountDeliveries(t.Context(), q); err != nil || n != int64(len(list)) {
			t.Errorf("%+v: counted %d, listed %d, %v", q, n, len(list), err)
		}
	}
}
