package sqlite

import (
	"testing"

	"backchannel/storage"
	"backchannel/storage/column"
	"backchannel/storage/storetest"
)

// packOld packs plain header fields as older versions did.
func packOld(lines ...storage.HeaderField) (open []byte) {
	for _, line := range lines {
		open = append(column.AppendText(open, line.Name), column.OldPlainValue)
		open = column.AppendText(open, line.Value)
	}
	return open
}

// A secret that an older version stored as a plain value is hidden. A value that this version stored
// as plain stays plain.
func TestSecretsOfOlderVersionsAreHidden(t *testing.T) {
	t.Parallel()
	const token = "eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2lnbmF0dXJl"
	s := openTest(t)
	w := storetest.AddWebhook(t, s, "acme")
	r := storetest.ReceiptOf(w)
	r.Headers = []storage.HeaderField{{Name: "X-Session-Mode", Value: "plain by choice"}}
	storetest.AddReceipt(t, s, &r)
	if got, err := s.Receipt(t.Context(), r.ID); err != nil || got.Headers[0].Secret {
		t.Errorf("a value that this version stored: got %+v, %v", got.Headers, err)
	}
	tamper(t, s, `UPDATE receipts SET path = '/in?access_token=hush' WHERE id = ?`, r.ID)
	tamper(t, s, `UPDATE receipt_contents SET headers = ?, secrets = NULL WHERE receipt_id = ?`, packOld(
		storage.HeaderField{Name: "Accept", Value: "*/*"}, storage.HeaderField{Name: "X-Csrf", Value: "c"}, storage.HeaderField{Name: "X-Any", Value: token},
	), r.ID)
	got, err := s.Receipt(t.Context(), r.ID)
	if err != nil || len(got.Headers) != 3 || got.Headers[0].Secret || !got.Headers[1].Secret || !got.Headers[2].Secret {
		t.Errorf("the headers of an old receipt: got %+v, %v", got.Headers, err)
	}
	if list, err := s.Receipts(t.Context(), storage.ReceiptQuery{}); err != nil || list[0].Path != "/in?access_token="+storage.Masked {
		t.Errorf("an old receipt in a list: got %+v, %v", list, err)
	}

	d := storetest.Enqueue(t, s, w)
	o := storetest.OutcomeOf(d, storage.Retrying)
	o.Attempt = storage.Attempt{
		DeliveryID: d.ID, N: 1, At: d.CreatedAt, Code: 400, ErrorClass: storage.ClassStatus,
		RequestHeaders: []storage.HeaderField{{Name: "X-Mine", Value: "sesame-open-up", Secret: true}},
		ResponseBody:   []byte("you sent sesame-open-up"),
	}
	if err := s.Finish(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	tamper(t, s, `UPDATE attempts SET response_headers = ?`, packOld(
		storage.HeaderField{Name: "Date", Value: "today"}, storage.HeaderField{Name: "Set-Cookie", Value: "a=b"}, storage.HeaderField{Name: "X-Echo", Value: "sesame-open-up"},
	))
	attempts, err := s.Attempts(t.Context(), d.ID)
	if err != nil || len(attempts) != 1 {
		t.Fatal(attempts, err)
	}
	a := attempts[0]
	if h := a.ResponseHeaders; h[0].Secret || !h[1].Secret || !h[2].Secret || string(a.ResponseBody) != "you sent "+storage.Masked {
		t.Errorf("an old attempt: got the headers %+v and the body %q", h, a.ResponseBody)
	}
}
