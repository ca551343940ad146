package main

import (
	"testing"
	"time"

	"backchannel/storage"
)

func TestParkedReasonsNameTheCommandThatResumes(t *testing.T) {
	now := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	s := &session{printer: printer{localTime: localTime{now: func() time.Time { return now }, zone: time.UTC}}}
	acme := storage.Webhook{Name: "acme"}
	for _, test := range []struct {
		breaker storage.Breaker
		want    string
	}{
		{storage.Breaker{}, "acme is paused: its deliveries wait until it is resumed (backchannel webhook resume acme)"},
		{storage.Breaker{Failures: 10, OpenUntil: now.Add(30 * time.Second)},
			"acme failed 10 times in a row, so its circuit breaker is open: the next attempt is at 12:00:30; to make it now, run backchannel delivery retry x"},
		{storage.Breaker{Failures: 10, OpenUntil: now.Add(-time.Second)},
			"acme failed 10 times in a row, so its circuit breaker is open: the next attempt is due; to make it now, run backchannel delivery retry x"},
	} {
		if got := s.explainParked(&storage.ParkedReason{Webhook: acme, Breaker: test.breaker}, "x"); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}
