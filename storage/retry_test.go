package storage

import (
	"testing"
	"time"
)

func TestRetryWait(t *testing.T) {
	t.Parallel()
	schedule := []time.Duration{time.Second, 10 * time.Second}
	for _, c := range []struct {
		name   string
		made   int
		jitter float64
		asked  time.Duration
		want   time.Duration
		ok     bool
	}{
		{"first, in the middle", 1, 0.5, 0, time.Second, true},
		{"first, shortest", 1, 0, 0, 800 * time.Millisecond, true},
		{"first, longest", 1, 1, 0, 1200 * time.Millisecond, true},
		{"second", 2, 0.5, 0, 10 * time.Second, true},
		{"used up", 3, 0.5, 0, 0, false},
		{"used up, whatever Retry-After says", 3, 0.5, time.Hour, 0, false},
		{"a longer Retry-After is not shortened", 1, 0, time.Minute, time.Minute, true},
		{"a shorter Retry-After is ignored", 2, 0.5, time.Second, 10 * time.Second, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, ok := RetryWait(schedule, c.made, c.jitter, c.asked); got != c.want || ok != c.ok {
				t.Errorf("got %s, %t; want %s, %t", got, ok, c.want, c.ok)
			}
		})
	}
	if _, ok := RetryWait(nil, 1, 0, 0); ok {
		t.Error("a second attempt is allowed without a schedule")
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 10, 21, 7, 28, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"":                                  0,
		"0":                                 0,
		"5":                                 5 * time.Second,
		" 5 ":                               5 * time.Second,
		"86400":                             24 * time.Hour,
		"86401":                             24 * time.Hour,
		"99999999999999999999999999":        24 * time.Hour,
		"-5":                                0,
		"+5":                                0,
		"5.5":                               0,
		"5s":                                0,
		"soon":                              0,
		"Wed, 21 Oct 2026 07:28:07 GMT":     7 * time.Second,
		"Wednesday, 21-Oct-26 07:28:07 GMT": 7 * time.Second,
		"Wed Oct 21 07:28:07 2026":          7 * time.Second,
		"Wed, 21 Oct 2026 07:27:59 GMT":     0,
		"Wed, 21 Oct 2027 07:28:00 GMT":     24 * time.Hour,
		"Wed, 32 Oct 2026 07:28:07 GMT":     0,
	} {
		if got := RetryAfter(value, now); got != want {
			t.Errorf("%q: got %s, want %s", value, got, want)
		}
	}
}
