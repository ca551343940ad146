package receiver

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"backchannel/fixtures"
	"backchannel/storage"
)

func TestJudgeHistory(t *testing.T) {
	at := time.Date(2026, 10, 6, 12, 0, 3, 123e6, time.UTC)
	before := func(status, retries string, code int) storage.Earlier {
		return storage.Earlier{ID: 1, ReceivedAt: at.Add(-time.Second), Status: status, RetryCount: retries, Code: code}
	}
	for _, c := range []struct {
		name, status, retries      string
		earlier                    []storage.Earlier
		duplicate                  storage.Result
		duplicateReason            string
		order                      storage.Result
		orderReason                string
		withoutRequest, withoutWho bool
	}{
		{name: "first", status: "sent", retries: "0", duplicate: "pass", duplicateReason: "the first receipt of this message", order: "pass"},
		{name: "next status", status: "delivered", retries: "0", earlier: []storage.Earlier{before("sent", "0", 204)},
			duplicate: "pass", duplicateReason: "earlier receipts of this message: 1", order: "pass"},
		{name: "duplicate", status: "sent", retries: "0", earlier: []storage.Earlier{before("sent", "0", 204)},
			duplicate: "fail", duplicateReason: "as receipt 00000000001 of 12:00:02.123Z, which was answered 204; remember requestId, identity, status and retryCount", order: "pass"},
		{name: "other retryCount", status: "bounce", retries: "1", earlier: []storage.Earlier{before("bounce", "0", 204)}, duplicate: "pass", order: "pass"},
		{name: "retry of a failure", status: "sent", retries: "0", earlier: []storage.Earlier{before("sent", "0", 503)},
			duplicate: "pass", duplicateReason: "a retry: receipt 00000000001 of 12:00:02.123Z was answered 503", order: "pass"},
		{name: "retry of no answer", status: "sent", retries: "0", earlier: []storage.Earlier{before("sent", "0", 0)},
			duplicate: "pass", duplicateReason: "got no answer", order: "pass"},
		{name: "duplicate after a failure", status: "sent", retries: "0", earlier: []storage.Earlier{before("sent", "0", 503), before("sent", "0", 200)},
			duplicate: "fail", order: "pass"},
		{name: "sent after delivered", status: "sent", retries: "0", earlier: []storage.Earlier{before("delivered", "0", 204)},
			duplicate: "pass", order: "fail", orderReason: `expected "sent" before "delivered", got "sent" 1s after "delivered", receipt 00000000001 of 12:00:02.123Z`},
		{name: "sent after bounce", status: "sent", retries: "0", earlier: []storage.Earlier{before("bounce", "0", 204)}, duplicate: "pass", order: "fail"},
		{name: "sent after error", status: "sent", retries: "0", earlier: []storage.Earlier{before("error", "0", 204)}, duplicate: "pass", order: "fail"},
		{name: "sent after a refused bounce", status: "sent", retries: "0", earlier: []storage.Earlier{before("bounce", "0", 422)}, duplicate: "pass", order: "pass"},
		{name: "late bounce", status: "bounce", retries: "0", earlier: []storage.Earlier{before("delivered", "0", 204)}, duplicate: "pass", order: "pass"},
		{name: "another status", status: "read", retries: "0", earlier: []storage.Earlier{before("delivered", "0", 204)}, duplicate: "pass", order: "n/a", orderReason: `"read" has no place`},
		{name: "no status", duplicate: "n/a", order: "n/a"},
		{name: "no requestId", status: "sent", withoutRequest: true, duplicate: "n/a", order: "n/a"},
		{name: "no identity", status: "sent", withoutWho: true, duplicate: "n/a", order: "n/a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &storage.Receipt{ReceivedAt: at, RequestID: "r", Identity: "i", Status: c.status, RetryCount: c.retries}
			if c.withoutRequest {
				r.RequestID = ""
			}
			if c.withoutWho {
				r.Identity = ""
			}
			wantVerdict(t, "duplicate", judgeDuplicate(r, c.earlier), c.duplicate, c.duplicateReason)
			wantVerdict(t, "order", judgeOrder(r, c.earlier), c.order, c.orderReason)
		})
	}
}

// Identifiers are compared exactly and in full.
func TestMessagesThatDifferAreNeverDuplicates(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(nil)
	long := strings.Repeat("x", 300)
	for _, id := range []string{`\ud800`, `\ud801`, `\udc00\ud800`, `\ufffd`, `a\\ud800`, `\u00e9`, `e\u0301`, `a`, `a\u0000`, `a `, `A`, long, long + "y", long + "z"} {
		body, err := fixtures.Set(event(t, w, storage.StatusDelivered), "/requestId", []byte(`"`+id+`"`))
		if err != nil {
			t.Fatal(err)
		}
		_, receipt := g.post(w, body)
		wantVerdict(t, "duplicate", receipt.Verdicts.Duplicate, storage.Pass, "the first receipt of this message")
		_, receipt = g.post(w, body)
		wantVerdict(t, "duplicate", receipt.Verdicts.Duplicate, storage.Fail, "the same requestId and identity")
	}
}

func TestHistoryDistinguishesRecipientsOfARequest(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(nil)
	body := event(t, w, storage.StatusDelivered)
	to := func(identity string) []byte {
		changed, err := fixtures.Set(body, "/identityMap/email/0/id", []byte(`"`+identity+`"`))
		if err != nil {
			t.Fatal(err)
		}
		return changed
	}
	for _, identity := range []string{"a@x.test", "b@x.test"} {
		_, receipt := g.post(w, to(identity))
		wantVerdict(t, "duplicate", receipt.Verdicts.Duplicate, storage.Pass, "the first receipt of this message")
	}
	answer, receipt := g.post(w, to("a@x.test"))
	wantVerdict(t, "duplicate", receipt.Verdicts.Duplicate, storage.Fail, "the same requestId and identity")
	if answer.StatusCode != http.StatusNoContent {
		t.Errorf("a duplicate: got %s, want 204", answer.Status)
	}
	sent := bytes.Replace(to("b@x.test"), []byte(`"delivered"`), []byte(`"sent"`), 1)
	answer, receipt = g.post(w, sent)
	wantVerdict(t, "order", receipt.Verdicts.Order, storage.Fail, `after "delivered"`)
	if answer.StatusCode != http.StatusNoContent {
		t.Errorf("a late event: got %s, want 204", answer.Status)
	}
}
