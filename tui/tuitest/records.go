package tuitest

import (
	"context"
	"fmt"
	"strings"
	"time"

	"backchannel/storage"
)

// firstReceipt returns the time at which all receipts are written, so that their IDs are
// consecutive, regardless of when they arrived.
func firstReceipt() time.Time { return Noon().Add(-30 * time.Second) }

// Arrived returns the nth receipt of acme. It passes every verdict.
func Arrived(n int, status storage.Status) storage.Receipt {
	good := func(reason string) storage.Verdict { return storage.Verdict{Result: storage.Pass, Reason: reason} }
	return storage.Receipt{
		ID: idAt(firstReceipt()) + storage.ID(n), ReceivedAt: Noon().Add(time.Duration(n) * 1349 * time.Millisecond),
		WebhookID: Acme().ID, Method: "POST", Path: "/feedback/myImsOrg/prod", Proto: "HTTP/1.1",
		TLSVersion: "TLS 1.3", Remote: "127.0.0.1:50412",
		Headers: []storage.HeaderField{
			{Name: "Authorization", Value: "Bearer aaa.bbb.ccc", Secret: true}, {Name: "Content-Type", Value: "application/json"}, {Name: "X-Team", Value: "crm"},
		},
		Body:   fmt.Appendf(nil, `{"requestId":"r%d","channel":"email","messageDeliveryFeedback":{"feedbackStatus":{"value":"%s"},"retryCount":0}}`, n, status),
		SHA256: strings.Repeat("a1", 32), RequestID: fmt.Sprint("r", n), Channel: "email", Status: string(status),
		Identity: "john.doe@luma.com", RetryCount: "0", Code: 204, Outcome: storage.Answered, Duration: 1800 * time.Microsecond,
		Verdicts: storage.Verdicts{
			Auth: good("the token is signed with HS256 by the configured key"), Schema: good("the body is as the schema has it"),
			Target: good("myImsOrg, prod, email"), Headers: good("X-Team arrived"), Duplicate: good("the first of its kind"), Order: good("nothing later came before"),
		},
	}
}

// Expired returns the nth receipt of acme, whose token has expired.
func Expired(n int) storage.Receipt {
	r := Arrived(n, storage.StatusBounce)
	r.Code = 401
	r.Verdicts.Auth = storage.Verdict{Result: storage.Fail, Word: "exp", Reason: "exp: expected later than 12:04:01, got 12:03:24; the token is cached too long", Checks: []storage.Check{
		{Name: "header", Result: storage.Pass, Expected: "one Authorization header", Actual: "Authorization: Bearer ••••"},
		{Name: "alg", Result: storage.Pass, Expected: "HS256", Actual: "HS256"},
		{Name: "exp", Result: storage.Fail, Expected: "later than 12:04:01, leeway 30 s", Actual: "12:03:24, 67 s past", Remedy: "the token is cached too long, or the sender's clock is slow"},
	}}
	return r
}

// AddTwoWebhooks adds acme and staging, and a failed delivery to acme.
func (s *Store) AddTwoWebhooks() storage.Delivery {
	s.t.Helper()
	s.AddWebhook(Acme())
	s.AddWebhook(Staging())
	d := s.AddDelivery(Bounce(Acme(), 0, Noon().Add(-time.Minute)))
	s.Attempt(d.ID, storage.Outcome{State: storage.Failed, Attempt: storage.Attempt{
		Code: 401, ErrorClass: storage.ClassStatus, Error: "answered 401 Unauthorized",
	}})
	return d
}

// Bounce returns the nth event of a webhook, which says that a message bounced.
func Bounce(w storage.Webhook, n int, at time.Time) storage.Event {
	return storage.Event{
		WebhookID: w.ID, RequestID: fmt.Sprint("r", n), Channel: w.Channels[0], Status: storage.StatusBounce, Identity: "john.doe@luma.com", CreatedAt: at,
		Payload: []byte(`{"requestId":"r","identityMap":{"email":[{"id":"john.doe@luma.com","primary":true}]}}`),
	}
}

// AddFewReceipts adds one receipt of each kind, after a change if change is not nil. The second
// one belongs to a delivery.
func (s *Store) AddFewReceipts(change func([]storage.Receipt)) {
	s.t.Helper()
	s.AddWebhook(Acme())
	s.AddWebhook(Staging())
	d := s.AddDelivery(Bounce(Acme(), 0, Noon().Add(-time.Minute)))
	s.fail(d.ID)
	s.Attempt(d.ID, storage.Outcome{State: storage.Failed, Attempt: storage.Attempt{
		At: d.CreatedAt.Add(6 * time.Second), Code: 401, ErrorClass: storage.ClassStatus, Error: "answered 401 Unauthorized",
		Timings: storage.Timings{Total: 4 * time.Millisecond},
	}})
	s.addFewReceipts(d, change)
}

func (s *Store) addFewReceipts(d storage.Delivery, change func([]storage.Receipt)) {
	s.t.Helper()
	twice := Arrived(4, storage.StatusDelivered)
	twice.Verdicts.Duplicate = storage.Verdict{Result: storage.Fail, Reason: "the same event as 12:04:31.220, which was answered 204"}
	twice.Pinned, twice.Note = true, "ask the team about it"
	stray := storage.Receipt{
		ID: Arrived(5, "").ID, ReceivedAt: Noon().Add(9 * time.Second), Method: "GET", Path: "/favicon.ico", Proto: "HTTP/2.0", Remote: "10.0.0.9:1234",
		Body: []byte("not json"), SHA256: strings.Repeat("00", 32), Code: 404, Outcome: storage.Answered,
		Verdicts: storage.Verdicts{Target: storage.Verdict{Result: storage.Fail, Reason: "no webhook has this path"}},
	}
	all := []storage.Receipt{Arrived(1, storage.StatusSent), Expired(2), Arrived(3, storage.StatusDelivered), twice, stray}
	all[1].DeliveryID, all[1].Attempt = d.ID, 3
	if change != nil {
		change(all)
	}
	s.Receive(all...)
}

// fail makes a delivery fail twice.
func (s *Store) fail(id storage.ID) {
	s.t.Helper()
	d := must[storage.Delivery](s.base)(s.Delivery(context.Background(), id))
	s.Attempt(id, storage.Outcome{State: storage.Retrying, NextAttemptAt: d.CreatedAt.Add(time.Second), Attempt: storage.Attempt{
		At: d.CreatedAt, Code: 503, ErrorClass: storage.ClassStatus, Error: "answered 503 Service Unavailable",
		Timings:         storage.Timings{Connect: 900 * time.Microsecond, TLS: 3 * time.Millisecond, FirstByte: 4 * time.Millisecond, Total: 8 * time.Millisecond},
		RequestHeaders:  []storage.HeaderField{{Name: "Authorization", Value: "Bearer aaa", Secret: true}, {Name: "Backchannel-Delivery", Value: id.String()}},
		ResponseHeaders: []storage.HeaderField{{Name: "Retry-After", Value: "5"}}, ResponseBody: []byte("upstream warming up"),
	}})
	s.Attempt(id, storage.Outcome{State: storage.Retrying, NextAttemptAt: Noon().Add(31 * time.Second), Attempt: storage.Attempt{
		At: d.CreatedAt.Add(time.Second), ErrorClass: storage.ClassConnect, Error: "connection refused", NoAnswer: storage.NoAnswerRefused, Timings: storage.Timings{Total: time.Millisecond},
	}})
}

// AddFewDeliveries adds the receipts of AddFewReceipts, five deliveries in as many states, and
// activities. The fourth delivery is parked, because staging is paused. The last one is about to
// be retried.
func (s *Store) AddFewDeliveries() {
	s.t.Helper()
	s.AddFewReceipts(nil)
	at := func(n int) time.Time { return Noon().Add(time.Duration(n) * time.Second) }
	delivered := s.AddDelivery(Bounce(Acme(), 1, at(1)))
	s.Attempt(delivered.ID, storage.Outcome{State: storage.StateDelivered, Attempt: storage.Attempt{Code: 204, Timings: storage.Timings{Total: 3 * time.Millisecond}}})
	cancelled := s.AddDelivery(Bounce(Acme(), 2, at(2)))
	s.At(at(2), func() { s.must(s.CancelDelivery(context.Background(), cancelled.ID)) })
	s.AddDelivery(Bounce(Staging(), 3, at(3)))
	s.fail(s.AddDelivery(Bounce(Acme(), 4, at(4))).ID)
	s.AddActivities(
		storage.Activity{At: Noon().Add(-time.Minute), Kind: storage.ActivityBreaker, WebhookID: Acme().ID, Text: "the breaker of acme prod opened after 10 failed attempts"},
		storage.Activity{At: Noon(), Kind: storage.ActivityError, Text: "the disk is full: nothing is received " + strings.Repeat("until there is space ", 8)},
	)
}

// AddManyReceipts adds two webhooks and n receipts, of which r1 is the oldest.
func (s *Store) AddManyReceipts(n int) {
	s.t.Helper()
	s.AddTwoWebhooks()
	all := make([]storage.Receipt, n)
	for i := range all {
		all[i] = Arrived(i+1, storage.StatusSent)
		all[i].Identity = fmt.Sprint("person", i+1)
	}
	s.Receive(all...)
}

// AddThreeCampaigns adds acme and staging, and a campaign of each status.
func (s *Store) AddThreeCampaigns() (live, draft, stopped storage.Campaign) {
	s.t.Helper()
	s.AddWebhook(Acme())
	s.AddWebhook(Staging())
	return s.AddCampaign(Welcome()), s.AddCampaign(Receipts()), s.AddCampaign(goodbye())
}
