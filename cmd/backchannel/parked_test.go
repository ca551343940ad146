package main

import (
	"testing"
	"time"

	"backchannel/storage"
)

func TestAHoldSaysWhyAndUntilWhen(t *testing.T) {
	now := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	a := &app{now: func() time.Time { return now }, zone: time.UTC}
	acme := storage.Webhook{Name: "acme"}
	open := func(until time.Duration) hold {
		return hold{webhook: acme, breaker: storage.Breaker{Failures: 10, OpenUntil: now.Add(until)}}
	}
	behind := "acme failed 10 times in a row, so its circuit breaker is open: the next try "
	for _, c := range []struct {
		name string
		hold hold
		due  time.Duration
		next time.Time
		says string
	}{
		{"paused", hold{webhook: storage.Webhook{Name: "acme", State: storage.Paused}}, time.Hour, time.Time{},
			"acme is paused: its deliveries wait until backchannel webhook resume acme"},
		{"until the probe", open(30 * time.Second), -time.Hour, now.Add(30 * time.Second), behind + "is at 12:00:30, or now with backchannel delivery retry x"},
		{"longer than that", open(30 * time.Second), time.Minute, now.Add(time.Minute), behind + "is at 12:00:30, or now with backchannel delivery retry x"},
		{"the probe is due", open(-time.Second), -time.Hour, time.Time{}, behind + "is due, or now with backchannel delivery retry x"},
	} {
		if got := c.hold.next(now.Add(c.due), now); !got.Equal(c.next) {
			t.Errorf("%s: next at %s, want %s", c.name, got, c.next)
		}
		if got := a.explain(&c.hold, "x"); got != c.says {
			t.Errorf("%s: says %q, want %q", c.name, got, c.says)
		}
	}
}
