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
			t.Errorf("%s: got %s, %t; want %s ago", text, got, ok, ago)
		}
	}
	for _, text := range []string{"", "10", "d", "-1d", "-5m", "1d-5m", "1d2w", "1.5d", "1 d", "yesterday", "2026-11-25", "1d\n", "9999999999h", "9999w99999d"} {
		if got, ok := ParseTime(text, now); ok {
			t.Errorf("%q: got %s, want it rejected", text, got)
		}
	}
}

func TestParsePast(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("here", 9*60*60)
	now := time.Date(2026, 3, 1, 10, 36, 30, 0, zone)
	at := func(month time.Month, day, hour, minute, second int) time.Time {
		return time.Date(2026, month, day, hour, minute, second, 0, zone)
	}
	for text, want := range map[string]time.Time{
		"10m": now.Add(-10 * time.Minute), "2026-02-28T12:00:00Z": at(2, 28, 21, 0, 0),
		"10:36": at(3, 1, 10, 36, 0), "10:36:30": at(3, 1, 10, 36, 30), "0:05": at(3, 1, 0, 5, 0), "00:00": at(3, 1, 0, 0, 0),
		"10:36:31": at(2, 28, 10, 36, 31), "10:37": at(2, 28, 10, 37, 0), "23:59": at(2, 28, 23, 59, 0),
		"10:36:29.250":     at(3, 1, 10, 36, 29).Add(250 * time.Millisecond),
		"2026-02-28T12:00": at(2, 28, 12, 0, 0), "2026-02-28T12:00:01": at(2, 28, 12, 0, 1), "2026-02-28 12:00:01.5": at(2, 28, 12, 0, 1).Add(500 * time.Millisecond),
		"2026-02-28 12:00": at(2, 28, 12, 0, 0), "2026-03-02T12:00": at(3, 2, 12, 0, 0),
	} {
		if got, ok := ParsePast(text, now); !ok || !got.Equal(want) {
			t.Errorf("%s: got %s, %t; want %s", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "10", "10:", "10:3", "24:00", "10:60", "10:36:60", "-10:36", "10:36Z", "2026-02-29T12:00", "2026-02-28", "noon"} {
		if got, ok := ParsePast(text, now); ok {
			t.Errorf("%q: got %s, want it rejected", text, got)
		}
	}
}

// A day on which the clocks change has 23 or 25 hours, but the same times of day.
func TestParsePastAfterAClockChange(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip(err)
	}
	now := time.Date(2026, 3, 29, 3, 30, 0, 0, berlin) // at 2:00 clocks are set to 3:00
	if got, ok := ParsePast("23:00", now); !ok || !got.Equal(time.Date(2026, 3, 28, 22, 0, 0, 0, time.UTC)) {
		t.Errorf("got %s, %t", got, ok)
	}
}
