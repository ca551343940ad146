package main

import (
	"testing"
	"time"
)

func TestAhead(t *testing.T) {
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	clock := &localTime{now: func() time.Time { return now }, zone: time.UTC}
	for ahead, want := range map[time.Duration]string{
		-time.Second: "in 0.0 s", 0: "in 0.0 s", 1440 * time.Millisecond: "in 1.4 s", 9949 * time.Millisecond: "in 9.9 s",
		10 * time.Second: "in 10 s", 99 * time.Second: "in 99 s", 100 * time.Second: "at 12:01:40.000", 24 * time.Hour: "at 2026-11-29 12:00:00.000",
	} {
		if got := clock.ahead(now.Add(ahead)); got != want {
			t.Errorf("ahead of a time %s from now: got %q, want %q", ahead, got, want)
		}
	}
}
