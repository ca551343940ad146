package policy

import (
	"testing"
	"time"

	"backchannel/storage"
)

func TestDecide(t *testing.T) {
	t.Parallel()
	schedule := []time.Duration{10 * time.Second, time.Minute}
	for _, c := range []struct {
		name    string
		attempt Attempt
		state   storage.State
		wait    time.Duration // until the next attempt
		paused  bool
	}{
		{"success", Attempt{Class: Succeeded, N: 1, Code: 204}, storage.StateDelivered, 0, false},
		{"success after all", Attempt{Class: Succeeded, N: 1, Code: 200, Cancelled: true}, storage.StateDelivered, 0, false},
		{"cancelled", Attempt{Class: Aborted, N: 1, Cancelled: true}, storage.Cancelled, 0, false},
		{"cancelled while it failed", Attempt{Class: Retryable, N: 1, Cancelled: true}, storage.Cancelled, 0, false},
		{"first retry", Attempt{Class: Retryable, N: 1, Code: 503}, storage.Retrying, 10 * time.Second, false},
		{"second retry", Attempt{Class: Retryable, N: 2}, storage.Retrying, time.Minute, false},
		{"schedule used up", Attempt{Class: Retryable, N: 3, Code: 503}, storage.Failed, 0, false},
		{"Retry-After is a minimum", Attempt{Class: Retryable, N: 1, Code: 429, RetryAfter: "30"}, storage.Retrying, 30 * time.Second, false},
		{"Retry-After shortens nothing", Attempt{Class: Retryable, N: 2, Code: 429, RetryAfter: "30"}, storage.Retrying, time.Minute, false},
		{"permanent", Attempt{Class: Permanent, N: 1, Code: 404, RetryAfter: "30"}, storage.Failed, 0, false},
		{"gone", Attempt{Class: Permanent, N: 1, Code: 410}, storage.Failed, 0, true},
	} {
		c.attempt.Schedule = schedule
		o := Decide(c.attempt, 0.5, noon)
		var next time.Time
		if c.wait > 0 {
			next = noon.Add(c.wait)
		}
		if o.State != c.state || !o.NextAttemptAt.Equal(next) || (o.PauseWebhook != "") != c.paused || !o.FinishedAt.Equal(noon) {
			t.Errorf("%s: got %+v, want %s at %s, paused %t", c.name, o, c.state, next, c.paused)
		}
	}
}
