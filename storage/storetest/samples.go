package storetest

import (
	"time"

	"backchannel/storage"
)

// TestKey is the secret of WithJWT.
const TestKey = "0123456789abcdef0123456789abcdef-very-secret"

// WebhookNamed returns a valid webhook without authentication, in an organization of its own.
func WebhookNamed(name string) storage.Webhook {
	w := storage.NewWebhook()
	w.Name, w.Organization, w.Channels = name, name+"Org", storage.Channels()
	return w
}

// WithJWT gives a webhook JWT authentication with TestKey.
func WithJWT(w *storage.Webhook) {
	w.Auth.Type = storage.AuthJWT
	w.Auth.JWT.Secret = TestKey
}

// FullWebhook sets every setting of a webhook to a value that is not the default, to test whether a
// store keeps it.
func FullWebhook(w *storage.Webhook) {
	WithJWT(w)
	j := &w.Auth.JWT
	j.Issuer, j.Subject, j.Audience, j.Claims, j.KeyID = "iss", "sub", []string{"a", "b"}, []byte(`{ "x": 1 }`), "k1"
	w.URL = "https://example.com/hook"
	w.Headers = []storage.HeaderField{{Name: "X-Plain", Value: "plain"}, {Name: "X-Secret", Value: "hush-hush", Secret: true}, {Name: "X-Caf\u00e9"[:5], Value: "caf\xe9"}}
	w.Revision = storage.Revision202610
	w.Delivery = storage.DeliveryOptions{Timeout: time.Second, Retry: []time.Duration{time.Second, time.Hour}, Concurrency: 3, RatePerSec: 1.5,
		TLS: storage.TLSOptions{SkipVerify: true}}
}

// EventFor returns a valid event for a webhook.
func EventFor(w storage.Webhook) storage.Event {
	return storage.Event{
		WebhookID: w.ID, RequestID: "Lm5Y4Os8zFJtbpwMq3V0ZFbsmBJWOqYB", Channel: storage.Email, Status: storage.StatusBounce,
		Variant: "hard", Identity: "john@example.com", Payload: []byte(`{"requestId":"Lm5Y"}`),
	}
}

// OutcomeOf returns the outcome of a delivery's next attempt, which leaves the delivery in the given
// state.
func OutcomeOf(d storage.Delivery, state storage.State) storage.Outcome {
	now := time.Now()
	return storage.Outcome{
		State: state, NextAttemptAt: now.Add(time.Hour), FinishedAt: now,
		Attempt: storage.Attempt{DeliveryID: d.ID, N: d.Attempts + 1, At: now, Code: 204},
	}
}

// ReceiptOf returns a receipt of a webhook. Its headers and body contain a NUL and bytes that are not
// UTF-8, which not every database accepts in a text.
func ReceiptOf(w storage.Webhook) storage.Receipt {
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
