package storage

import (
	"testing"
	"time"
)

func TestParseTime(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	const day = 24 * time.Hour
	for text, ago := range map[string]time.Duration{
		"0": 0, "0s": 0, "1ns": 1, "500us": 500 * time.Microsecond, "10ms": 10 * time.Millisecond, "90s": 90 * time.Second,
		"1.5h": 90 * time.Minute, "1h30m": 90 * time.Minute, "7d": 7 * day, "1d12h": 36 * time.Hour, "2w": 14 * day, "1w1d1s": 8*day + time.Second,
		"2026-11-24T12:00:00Z": day, "2026-11-25T12:00:00.500+01:00": time.Hour - 500*time.Millisecond,
	} {
		if got, ok := ParseTime(text, now); !ok || !got.Equal(now.Add(-ago)) {
			t.Errorf("%s is %s, %t", text, got, ok)
		}
	}
	for _, text := range []string{"", "10", "d", "-1d", "-5m", "1d-5m", "1d2w", "1.5d", "1 d", "yesterday", "2026-11-25", "1d\n", "9999999999h", "9999w99999d"} {
		if got, ok := ParseTime(text, now); ok {
			t.Errorf("%q passed as %s", text, got)
		}
	}
}
