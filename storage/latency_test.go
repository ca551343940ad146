package storage

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestMeasureLatencies(t *testing.T) {
	t.Parallel()
	up := func(n int) (all []time.Duration) {
		for i := range n {
			all = append(all, time.Duration(n-i)*time.Millisecond) // not in order
		}
		return all
	}
	for name, test := range map[string]struct {
		took []time.Duration
		want string
	}{
		"none":        {nil, "0s 0s 0s 0s"},
		"one":         {up(1), "1ms 1ms 1ms 1ms ≤1ms:1"},
		"two":         {up(2), "1ms 2ms 2ms 2ms ≤1ms:1 ≤2ms:1"},
		"a hundred":   {up(100), "50ms 95ms 99ms 100ms ≤1ms:1 ≤2ms:1 ≤5ms:3 ≤10ms:5 ≤20ms:10 ≤50ms:30 ≤100ms:50"},
		"a gap":       {[]time.Duration{3 * time.Millisecond, 30 * time.Millisecond}, "3ms 30ms 30ms 30ms ≤5ms:1 ≤10ms:0 ≤20ms:0 ≤50ms:1"},
		"retried":     {[]time.Duration{55 * time.Second, 90 * time.Second, 3 * time.Hour}, "1m30s 3h0m0s 3h0m0s 3h0m0s ≤1m:1 ≤2m:1 ≤5m:0 ≤10m:0 ≤20m:0 ≤30m:0 ≤1h:0 ≤2h:0 ≤5h:1"},
		"for a month": {[]time.Duration{30 * 24 * time.Hour}, "720h0m0s 720h0m0s 720h0m0s 720h0m0s longer:1"},
		"at once":     {[]time.Duration{0}, "0s 0s 0s 0s ≤1ms:1"},
	} {
		l := MeasureLatencies(test.took)
		parts := []string{fmt.Sprint(l.P50, l.P95, l.P99, l.Longest)}
		for _, b := range Bars(l.Buckets, 0) {
			parts = append(parts, fmt.Sprintf("%s:%d", strings.ReplaceAll(b.UpTo, " ", ""), b.N))
		}
		if got := strings.Join(parts, " "); got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
}

func TestBarsAreMergedToFit(t *testing.T) {
	t.Parallel()
	var all []LatencyBucket
	for i, bound := range bounds()[:10] {
		all = append(all, LatencyBucket{UpTo: bound, N: i + 1})
	}
	for most, want := range map[int]string{
		0:  "[{≤ 1ms 1 0.1} {≤ 2ms 2 0.2} {≤ 5ms 3 0.3} {≤ 10ms 4 0.4} {≤ 20ms 5 0.5} {≤ 50ms 6 0.6} {≤ 100ms 7 0.7} {≤ 200ms 8 0.8} {≤ 500ms 9 0.9} {≤ 1s 10 1}]",
		10: "[{≤ 1ms 1 0.1} {≤ 2ms 2 0.2} {≤ 5ms 3 0.3} {≤ 10ms 4 0.4} {≤ 20ms 5 0.5} {≤ 50ms 6 0.6} {≤ 100ms 7 0.7} {≤ 200ms 8 0.8} {≤ 500ms 9 0.9} {≤ 1s 10 1}]",
		3:  "[{≤ 10ms 10 0.38461538461538464} {≤ 200ms 26 1} {≤ 1s 19 0.7307692307692307}]",
		1:  "[{≤ 1s 55 1}]",
	} {
		if got := fmt.Sprint(Bars(all, most)); got != want {
			t.Errorf("at most %d: got %s, want %s", most, got, want)
		}
	}
	if bars := Bars(nil, 5); len(bars) > 0 {
		t.Errorf("no buckets: got %v", bars)
	}
}
