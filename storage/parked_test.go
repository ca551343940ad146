package storage_test

import (
	"testing"
	"time"

	"backchannel/storage"
)

func TestWhyParked(t *testing.T) {
	now := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	active := storage.Webhook{ID: 1, Name: "acme", State: storage.Active}
	paused := storage.Webhook{ID: 1, Name: "acme", State: storage.Paused, StateReason: "410"}
	open := storage.Breaker{WebhookID: 1, Failures: 10, OpenUntil: now.Add(30 * time.Second)}
	remedy := storage.Remedy{Resume: "resumed", Retry: "retry", When: "soon"}
	for _, test := range []struct {
		name     string
		webhook  storage.Webhook
		breakers []storage.Breaker
		want     string // empty: they are not parked
		next     time.Time
	}{
		{"nothing", active, nil, "", time.Time{}},
		{"closed", active, []storage.Breaker{{WebhookID: 1, Failures: 3}}, "", time.Time{}},
		{"another's", active, []storage.Breaker{{WebhookID: 2, OpenUntil: now}}, "", time.Time{}},
		{"open", active, []storage.Breaker{open}, "acme failed 10 times in a row, so its circuit breaker is open: the next attempt is soon; to make it now, retry", open.OpenUntil},
		{"due", active, []storage.Breaker{{WebhookID: 1, Failures: 10, OpenUntil: now.Add(-time.Second)}},
			"acme failed 10 times in a row, so its circuit breaker is open: the next attempt is soon; to make it now, retry", time.Time{}},
		{"paused", paused, nil, "acme is paused (410): its deliveries wait until resumed", time.Time{}},
		{"both", paused, []storage.Breaker{open}, "acme is paused (410): its deliveries wait until resumed", time.Time{}},
	} {
		reason := storage.WhyParked(test.webhook, test.breakers)
		if reason == nil || test.want == "" {
			if reason != nil || test.want != "" {
				t.Errorf("%s: got %v, want %q", test.name, reason, test.want)
			}
			continue
		}
		if got := reason.Explain(remedy); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
		if got := reason.NextAttempt(now, now); got != test.next {
			t.Errorf("%s: got the next attempt %s, want %s", test.name, got, test.next)
		}
		if later := now.Add(time.Hour); reason.Breaker.OpenUntil.After(now) && reason.NextAttempt(later, now) != later {
			t.Errorf("%s: a delivery that is due after the probe: got the next attempt %s", test.name, reason.NextAttempt(later, now))
		}
	}
}
