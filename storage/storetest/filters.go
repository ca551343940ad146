package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"backchannel/storage"
)

// filtersTests are the tests of filters of receipts.
func filtersTests() subject {
	return subject{
		bare: true,
		once: tests{
			"filters select receipts": receiptFilters,
		},
	}
}

// receiptFilters stores receipts that each differ in one respect, and tests which of them each filter
// selects. The words %z, ac_e and ' OR 1 would select something, or fail, if a store did not escape
// them.
func receiptFilters(t *suite) {
	clock := func() time.Time { return time.Now().Add(-time.Hour) }
	s := t.open(Options{Now: func() time.Time { return clock() }})
	acme, other := AddWebhook(t, s, "acme"), AddWebhook(t, s, "the other")
	d := Enqueue(t, s, acme)
	add := func(note string, w storage.Webhook, change func(*storage.Receipt)) {
		r := ReceiptOf(w)
		r.Note = note
		change(&r)
		AddReceipt(t, s, &r)
	}
	add("old", acme, func(r *storage.Receipt) {
		r.ReceivedAt, r.Pinned, r.Code = r.ReceivedAt.Add(-time.Hour), true, 0
		r.Channel, r.Status = "fax", "burnt"
	})
	clock = time.Now
	add("plain", acme, func(*storage.Receipt) {})
	add("sms", other, func(r *storage.Receipt) { r.Channel, r.Status, r.Identity, r.RequestID = "sms", "sent", "+1555", "R2" })
	add("badauth", acme, func(r *storage.Receipt) { r.Verdicts.Auth.Result, r.Code = storage.Fail, 401 })
	add("twice", acme, func(r *storage.Receipt) {
		r.Verdicts.Duplicate.Result, r.Verdicts.Order.Result = storage.Fail, storage.Fail
	})
	add("ours", acme, func(r *storage.Receipt) { r.DeliveryID, r.Code, r.Body = d.ID, 503, []byte("has 550 Xy in it") })
	add("lost", storage.Webhook{}, func(r *storage.Receipt) {
		r.WebhookID, r.Path, r.Channel, r.Status, r.RequestID, r.Identity = 0, "/nowhere", "", "", "", ""
		r.Code, r.Verdicts.Schema.Result = 404, storage.NotApplicable
	})
	for _, c := range []struct{ text, want string }{
		{"", "lost ours twice badauth sms plain old"},
		{"status:bounce", "ours twice badauth plain"},
		{"-status:bounce", "lost sms old"},
		{"channel:sms", "sms"},
		{"-channel:sms -channel:email", "lost old"},
		{"webhook:acme", "ours twice badauth plain old"},
		{`webhook:"the other"`, "sms"},
		{"webhook:nobody", ""},
		{"auth:fail", "badauth"},
		{"auth:pass code:5xx", "ours"},
		{"schema:n/a", "lost"},
		{"target:pass headers:pass status:sent", "sms"},
		{"is:duplicate", "twice"},
		{"duplicate:fail order:fail", "twice"},
		{"-is:out-of-order code:204", "sms plain"},
		{"code:401", "badauth"},
		{"code:4xx", "lost badauth"},
		{"code:none", "old"},
		{"since:10m", "lost ours twice badauth sms plain"},
		{"-since:10m", "old"},
		{"until:10m", "old"},
		{"-until:10m code:4xx", "lost badauth"},
		{"since:2h status:sent", "sms"},
		{"message:R2", "sms"},
		{"message:R1 status:bounce auth:pass", "ours twice plain"},
		{"-message:R1", "lost sms"},
		{"identity:+1555", "sms"},
		{"identity:+1555 status:bounce", ""},
		{"is:unmatched", "lost"},
		{"path:/nowhere", "lost"},
		{"is:pinned", "old"},
		{"-is:pinned auth:fail", "badauth"},
		{"delivery:" + d.ID.String(), "ours"},
		{"-delivery:" + d.ID.String(), "lost twice badauth sms plain old"},
		{`body~"550 X"`, "ours"},
		{`body~"550 x"`, ""},
		{`body~550 status:bounce`, "ours"},
		{`-body~550 status:bounce`, "twice badauth plain"},
		{"acme", "ours twice badauth plain old"},
		{"ACME bounce", "ours twice badauth plain"},
		{"other", "sms"},
		{"-acme", "lost sms"},
		{"nowhere -acme", "lost"},
		{"1555 status:sent", "sms"},
		{`"the other"`, "sms"},
		{"%z", ""}, {"ac_e", ""}, {"' OR 1", ""},
		{"pla", "plain"}, // the note
		{"40", "lost badauth"},
		{"acme -is:duplicate auth:pass channel:email", "ours plain"},
	} {
		if got := filtered(t, s, storage.ReceiptQuery{}, c.text); got != c.want {
			t.Errorf("%s: got %q, want %q", c.text, got, c.want)
		}
		if got := filtered(t, s, storage.ReceiptQuery{Limit: 100}, c.text); got != c.want {
			t.Errorf("%s, with a limit: got %q, want %q", c.text, got, c.want)
		}
		checkPages(t, s, c.text, c.want)
	}
}

// filtered returns the notes of the receipts that a filter selects, newest first.
func filtered(t testing.TB, s store, q storage.ReceiptQuery, text string) string {
	t.Helper()
	var err error
	if q.Filter, err = storage.ReceiptFilter().Parse(text, time.Now()); err != nil {
		t.Fatal(err)
	}
	found, err := s.Receipts(t.Context(), q)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	var notes []string
	for _, r := range found {
		notes = append(notes, r.Note)
	}
	return strings.Join(notes, " ")
}

// checkPages reads the selection of a filter in pages of two, in both directions.
func checkPages(t testing.TB, s store, text, want string) {
	t.Helper()
	filter, _ := storage.ReceiptFilter().Parse(text, time.Now())
	notes := strings.Fields(want)
	for _, oldestFirst := range []bool{false, true} {
		var got []string
		q := storage.ReceiptQuery{Filter: filter, Limit: 2, OldestFirst: oldestFirst}
		for {
			page, err := s.Receipts(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page {
				got = append(got, r.Note)
			}
			if len(page) < 2 {
				break
			}
			if oldestFirst {
				q.After = page[1].ID
			} else {
				q.Before = page[1].ID
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(notes) {
			t.Errorf("%s, in pages: got %q, want %q", text, got, notes)
		}
		slices.Reverse(notes)
	}
}
