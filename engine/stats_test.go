package engine

import (
	"testing"
	"time"

	"backchannel/storage"
)

func TestStats(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	s := newStats(func() time.Time { return now })
	snapshot := func() (snapshot storage.Snapshot) { s.fill(&snapshot); return snapshot }
	for i := range 100 {
		s.count(storage.StateDelivered, time.Duration(i+1)*time.Millisecond)
	}
	s.count(storage.Retrying, time.Hour)
	s.count(storage.Failed, time.Hour)
	got := snapshot()
	if got.Delivered != 100 || got.Failed != 1 || got.Attempts != 102 || got.PerSecond != 10.2 {
		t.Errorf("got %+v", got)
	}
	for _, c := range []struct {
		got  time.Duration
		want int64
	}{{got.P50, 50}, {got.P95, 95}, {got.P99, 99}} {
		if off := c.got.Milliseconds() - c.want; off < -1 || off > 1 {
			t.Errorf("got %s, want %d ms", c.got, c.want)
		}
	}
	now = now.Add(9 * time.Second)
	if got := snapshot(); got.PerSecond != 10.2 {
		t.Errorf("after 9 s: got %g a second, want 10.2", got.PerSecond)
	}
	now = now.Add(time.Second)
	if got := snapshot(); got.PerSecond != 0 || got.P50 == 0 {
		t.Errorf("after 10 s: got %+v", got)
	}
	now = now.Add(time.Minute)
	if got := snapshot(); got.P50 != 0 || got.Delivered != 100 {
		t.Errorf("after a minute: got %+v", got)
	}
	now = now.Add(-time.Hour) // the clock is set back
	s.count(storage.StateDelivered, -time.Second)
	if got := snapshot(); got.Delivered != 101 {
		t.Errorf("after the clock was set back: got %+v", got)
	}
}
