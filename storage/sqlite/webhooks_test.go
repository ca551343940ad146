package sqlite

import (
	"testing"
	"time"

	"backchannel/storage"
)

func fullWebhook(w *storage.Webhook) {
	withJWT(w)
	j := &w.Auth.JWT
	j.Issuer, j.Subject, j.Audience, j.Claims, j.KeyID = "iss", "sub", []string{"a", "b"}, []byte(`{ "x": 1 }`), "k1"
	w.URL = "https://example.com/hook"
	w.Headers = []storage.HeaderField{{Name: "X-Plain", Value: "plain"}, {Name: "X-Secret", Value: "hush-hush", Secret: true}, {Name: "X-Caf\u00e9"[:5], Value: "caf\xe9"}}
	w.Revision = storage.Revision202610
	w.Delivery = storage.DeliveryOptions{Timeout: time.Second, Retry: []time.Duration{time.Second, time.Hour}, Concurrency: 3, RatePerSec: 1.5,
		TLS: storage.TLSOptions{SkipVerify: true}}
}

func TestTheSchemaItselfRefusesASecondWebhook(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	w := addWebhook(t, s, "acme")
	err := s.write(t.Context(), 0, func(tx *tx) error {
		w.ID++
		w.Name = "other"
		return s.WebhookStore.insert(tx, &w)
	})
	if !violates(err) {
		t.Errorf("got %v", err)
	}
}
