package tui

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"backchannel/storage"
)

// arrived is a receipt of a bounce at acme, as good as can be.
func arrived(n int, status storage.Status) storage.Receipt {
	good := func(reason string) storage.Verdict { return storage.Verdict{Result: storage.Pass, Reason: reason} }
	return storage.Receipt{
		ID: storage.ID(1<<49 + 1000 + n), ReceivedAt: noon().Add(time.Duration(n) * 1349 * time.Millisecond),
		WebhookID: acme().ID, Webhook: "acme prod", Method: "POST", Path: "/feedback/myImsOrg/prod", Proto: "HTTP/1.1",
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

// expired is a receipt whose token is too old.
func expired(n int) storage.Receipt {
	r := arrived(n, storage.StatusBounce)
	r.Code = 401
	r.Verdicts.Auth = storage.Verdict{Result: storage.Fail, Reason: "exp: expected later than 12:04:01, got 12:03:24; the token is cached too long", Checks: []storage.Check{
		{Name: "header", Result: storage.Pass, Expected: "one Authorization header", Actual: "Authorization: Bearer ••••"},
		{Name: "alg", Result: storage.Pass, Expected: "HS256", Actual: "HS256"},
		{Name: "exp", Result: storage.Fail, Expected: "later than 12:04:01, leeway 30 s", Actual: "12:03:24, 67 s past", Remedy: "the token is cached too long, or the sender's clock is slow"},
	}}
	return r
}

// fewReceipts are one of each kind.
func fewReceipts(f *fakeStore) {
	twoWebhooks(f)
	twice := arrived(4, storage.StatusDelivered)
	twice.Verdicts.Duplicate = storage.Verdict{Result: storage.Fail, Reason: "the same event as 12:04:31.220, which was answered 204"}
	twice.Pinned, twice.Note = true, "ask the team about it"
	stray := storage.Receipt{
		ID: 1<<49 + 1005, ReceivedAt: noon().Add(9 * time.Second), Method: "GET", Path: "/favicon.ico", Proto: "HTTP/2.0", Remote: "10.0.0.9:1234",
		Body: []byte("not json"), SHA256: strings.Repeat("00", 32), Code: 404, Outcome: storage.Answered,
		Verdicts: storage.Verdicts{Target: storage.Verdict{Result: storage.Fail, Reason: "no webhook has this path"}},
	}
	f.receipts = []storage.Receipt{arrived(1, storage.StatusSent), expired(2), arrived(3, storage.StatusDelivered), twice, stray}
	f.receipts[1].DeliveryID, f.receipts[1].Attempt = f.deliveries[0].ID, 1
	f.attempts = refusedAttempts(f.deliveries[0].ID)
}

func refusedAttempts(of storage.ID) []storage.Attempt {
	return []storage.Attempt{{
		DeliveryID: of, N: 1, At: noon(), Code: 503, ErrorClass: storage.ClassStatus, Error: "answered 503 Service Unavailable",
		Timings:         storage.Timings{Connect: 900 * time.Microsecond, TLS: 3 * time.Millisecond, FirstByte: 4 * time.Millisecond, Total: 8 * time.Millisecond},
		RequestHeaders:  []storage.HeaderField{{Name: "Authorization", Value: "Bearer aaa", Secret: true}, {Name: "Backchannel-Delivery", Value: of.String()}},
		ResponseHeaders: []storage.HeaderField{{Name: "Retry-After", Value: "5"}}, ResponseBody: []byte("upstream warming up"),
	}, {
		DeliveryID: of, N: 2, At: noon().Add(time.Second), ErrorClass: storage.ClassConnect, Error: "connection refused", Timings: storage.Timings{Total: time.Millisecond},
	}}
}

func fewDeliveries(f *fakeStore) {
	fewReceipts(f)
	add := func(n int, state storage.State, change func(*storage.Delivery)) {
		d := storage.Delivery{
			ID: storage.ID(1<<49 + 20 + n), EventID: storage.ID(1<<49 + 10 + n), WebhookID: acme().ID, Webhook: "acme prod", RequestID: fmt.Sprint("r", n),
			Channel: storage.Email, Status: storage.StatusBounce, Identity: "john.doe@luma.com", State: state, CreatedAt: noon().Add(time.Duration(n) * time.Second),
		}
		if change != nil {
			change(&d)
		}
		f.deliveries = append(f.deliveries, d)
		f.events = append(f.events, storage.Event{ID: d.EventID, WebhookID: d.WebhookID, Payload: []byte(`{"requestId":"r","identityMap":{"email":[{"id":"john.doe@luma.com","primary":true}]}}`)})
	}
	f.deliveries[0].EventID = 1<<49 + 10
	f.events = append(f.events, storage.Event{ID: 1<<49 + 10, Payload: []byte("{}")})
	add(1, storage.StateDelivered, func(d *storage.Delivery) {
		d.Attempts, d.Code, d.FinishedAt = 1, 204, d.CreatedAt.Add(3*time.Millisecond)
	})
	add(2, storage.Cancelled, nil)
	add(3, storage.Parked, nil)
	add(4, storage.Retrying, func(d *storage.Delivery) {
		d.Attempts, d.ErrorClass, d.Error, d.NextAttemptAt = 2, storage.ClassConnect, "connection refused", noon().Add(31*time.Second)
	})
	f.attempts = append(f.attempts, refusedAttempts(f.deliveries[4].ID)...)
	f.activities = []storage.Activity{
		{ID: 1, At: noon().Add(-26 * time.Hour), Kind: storage.ActivityProcess, Text: "process 4711 delivers now"},
		{ID: 2, At: noon().Add(-time.Hour), Kind: storage.ActivityWebhook, WebhookID: acme().ID, Text: "webhook acme prod created"},
		{ID: 3, At: noon().Add(-time.Minute), Kind: storage.ActivityBreaker, WebhookID: acme().ID, Text: "the breaker of acme prod opened after 10 failed attempts"},
		{ID: 4, At: noon(), Kind: storage.ActivityError, Text: "the disk is full: nothing is received " + strings.Repeat("until there is space ", 8)},
	}
}

func fireScenes() []scene {
	fire := func(keys ...string) func(*console) {
		return func(c *console) { c.press(append([]string{"f"}, keys...)...) }
	}
	return []scene{
		{name: "fire-none", play: fire()},
		{name: "fire", whole: true, set: twoWebhooks, play: fire()},
		{name: "fire-webhook", set: twoWebhooks, play: fire("w")},
		{name: "fire-variant", set: twoWebhooks, play: fire("v")},
		{name: "fire-life", set: twoWebhooks, play: fire("l")},
		{name: "fire-misbehave", set: twoWebhooks, play: fire("!")},
		{name: "fire-misbehave-open", set: twoWebhooks, play: func(c *console) { c.press("G", "f", "!") }},
		{name: "fire-burst", set: twoWebhooks, play: fire("B", "x", "tab")},
		{name: "fire-queued", set: twoWebhooks, play: fire("b")},
	}
}

func receiverScenes() []scene {
	at := func(keys ...string) func(*console) {
		return func(c *console) { c.press(append([]string{"3"}, keys...)...) }
	}
	failed := []string{"g", "j"}
	return []scene{
		{name: "receiver-empty", whole: true, set: twoWebhooks, play: at()},
		{name: "receiver-empty-off", set: func(f *fakeStore) {
			twoWebhooks(f)
			f.runtime.ReceiverURL, f.runtime.ReceiverError = "", "port 9443 is busy; use --listen"
		}, play: at()},
		{name: "receiver", whole: true, set: fewReceipts, play: at()},
		{name: "receiver-failed", whole: true, set: fewReceipts, play: at(failed...)},
		{name: "receiver-checks", set: fewReceipts, play: at(append(failed, "c")...)},
		{name: "receiver-body", whole: true, set: fewReceipts, play: at(append(failed, "enter", "l")...)},
		{name: "receiver-raw", set: fewReceipts, play: at(append(failed, "l", "b")...)},
		{name: "receiver-headers", whole: true, set: fewReceipts, play: at(append(failed, "h", "h")...)},
		{name: "receiver-attempts", whole: true, set: fewReceipts, play: at(append(failed, "h")...)},
		{name: "receiver-stray", set: fewReceipts, play: at("G", "enter")},
		{name: "receiver-pinned", set: fewReceipts, play: at("k", "enter")},
		{name: "receiver-paused", set: fewReceipts, play: at("p")},
		{name: "receiver-profile", set: fewReceipts, play: at("g", "o")},
		{name: "receiver-edit", set: fewReceipts, play: at("g", "R")},
		{name: "receiver-diff", set: fewReceipts, play: at("g", " ", "j", "j", "=")},
		{name: "receiver-export", set: fewReceipts, play: at("g", " ", "x", "h")},
		{name: "receiver-export-menu", set: fewReceipts, play: at("x")},
		{name: "receiver-fixture", set: fewReceipts, play: at("g", "=")},
		{name: "receiver-note", set: fewReceipts, play: at("k", "N")},
		{name: "receiver-clear", set: fewReceipts, play: at("C")},
		{name: "receiver-filter", set: fewReceipts, play: func(c *console) { c.press("3", "/"); c.write("status:bounce auth:perhaps") }},
		{name: "receiver-nothing", set: fewReceipts, play: func(c *console) { c.press("3", "/"); c.write("status:read"); c.press("enter") }},
	}
}

func deliveryScenes() []scene {
	at := func(keys ...string) func(*console) { return func(c *console) { c.press(keys...) } }
	return []scene{
		{name: "deliveries-empty", whole: true, play: at("2")},
		{name: "deliveries", whole: true, set: fewDeliveries, play: at("2")},
		{name: "deliveries-failed", whole: true, set: fewDeliveries, play: at("2", "g", "enter")},
		{name: "deliveries-exchange", whole: true, set: fewDeliveries, play: at("2", "enter", "l")},
		{name: "deliveries-payload", set: fewDeliveries, play: at("2", "enter", "h")},
		{name: "deliveries-cancel", set: fewDeliveries, play: at("2", "X")},
		{name: "deliveries-filter", set: fewDeliveries, play: func(c *console) { c.press("2", "/"); c.write("retrying acme") }},
		{name: "activity-empty", play: at("4")},
		{name: "activity", whole: true, set: fewDeliveries, play: at("4")},
		{name: "activity-filter", set: fewDeliveries, play: func(c *console) { c.press("4", "/"); c.write("acme created") }},
		{name: "activity-first", set: fewDeliveries, play: at("4", "g")},
	}
}

// nastyRecords are receipts, deliveries and activities that nobody should send.
func nastyRecords(f *fakeStore) {
	fewDeliveries(f)
	long := nasty + strings.Repeat(" 顧客wide", 60)
	bad := func(name string) storage.Verdict {
		return storage.Verdict{Result: storage.Fail, Reason: long, Checks: []storage.Check{
			{Name: name + long, Result: storage.Fail, Expected: long, Actual: long, Remedy: long}, {Name: name, Result: "odd", Actual: long},
		}}
	}
	r := expired(900)
	r.Method, r.Path, r.Proto, r.Remote, r.Note, r.Webhook = long, long, long, long, long, long
	r.RequestID, r.Channel, r.Status, r.Identity, r.RetryCount, r.SHA256 = long, long, long, long, long, long
	r.Outcome, r.Flaw, r.Code, r.Body = storage.AnswerOutcome(long), storage.BodyFlaw(long), -7, []byte(long+"\xff\xfe")
	r.Headers = append(r.Headers, storage.HeaderField{Name: long, Value: long})
	r.Verdicts = storage.Verdicts{Auth: bad("auth"), Schema: bad("schema"), Target: bad("target"), Headers: bad("headers"), Duplicate: bad("duplicate")}
	deep := arrived(901, storage.Status(long))
	deep.Body, _ = json.Marshal(map[string]any{long: []any{long, 1e300, nil, map[string]any{long: long}}})
	deep.DeliveryID = f.deliveries[4].ID
	f.receipts = append(f.receipts, deep, r)
	for i := range f.attempts {
		a := &f.attempts[i]
		a.Error, a.ErrorClass, a.ResponseBody, a.Code = long, storage.ErrorClass(long), []byte(long), -1
		a.RequestHeaders = append(a.RequestHeaders, storage.HeaderField{Name: long, Value: long})
	}
	for i := range f.deliveries {
		d := &f.deliveries[i]
		d.Webhook, d.Channel, d.Status, d.Identity, d.Error = long, storage.Channel(long), storage.Status(long), long, long
		d.RequestID, d.Misbehave, d.ReplayOf, d.Attempts = long, storage.Misbehaviour(long), 5, 1_000_000
	}
	for i := range f.events {
		f.events[i].Payload = []byte(long)
	}
	for i := range f.activities {
		f.activities[i].Text, f.activities[i].Kind = long, storage.ActivityKind(long)
	}
	f.webhooks[0].Name, f.webhooks[1].Name = long, long
}
