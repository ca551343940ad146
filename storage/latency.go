package storage

import (
	"slices"
	"strings"
	"time"
)

// Latencies summarizes a number of durations.
type Latencies struct {
	P50, P95, P99, Longest time.Duration
	Buckets                []LatencyBucket // in order
}

// A LatencyBucket counts the durations that are at most UpTo and longer than the UpTo of the
// bucket before.
type LatencyBucket struct {
	UpTo time.Duration
	N    int
}

// MeasureLatencies summarizes durations. Their percentiles are nearest-rank ones, so that each
// is a duration that has occurred.
func MeasureLatencies(took []time.Duration) (l Latencies) {
	sorted := slices.Sorted(slices.Values(took))
	if len(sorted) == 0 {
		return l
	}
	rank := func(percent int) time.Duration { return sorted[max(0, (len(sorted)*percent+99)/100-1)] }
	l.P50, l.P95, l.P99, l.Longest = rank(50), rank(95), rank(99), sorted[len(sorted)-1]
	l.Buckets = buckets(sorted)
	return l
}

// bounds returns the bounds of a histogram: 1, 2 and 5 in each power of ten, then round numbers of
// minutes, hours and days. The last is longer than any delivery takes.
func bounds() (all []time.Duration) {
	for unit := time.Millisecond; unit <= 10*time.Second; unit *= 10 {
		all = append(all, unit, 2*unit, 5*unit)
	}
	for _, minutes := range []int{1, 2, 5, 10, 20, 30, 60, 2 * 60, 5 * 60, 12 * 60, 24 * 60, 7 * 24 * 60} {
		all = append(all, time.Duration(minutes)*time.Minute)
	}
	return append(all, 1<<63-1)
}

// buckets counts sorted values by bounds, from the first that is used to the last.
func buckets(sorted []time.Duration) (used []LatencyBucket) {
	i := 0
	for _, bound := range bounds() {
		n := 0
		for i < len(sorted) && sorted[i] <= bound {
			n++
			i++
		}
		if n > 0 || len(used) > 0 {
			used = append(used, LatencyBucket{UpTo: bound, N: n})
		}
		if i == len(sorted) {
			break
		}
	}
	return used
}

// A LatencyBar is a bar of a histogram.
type LatencyBar struct {
	UpTo  string // "≤ 5ms"
	N     int
	Share float64 // of the longest bar: 0 to 1
}

// Bars returns the histogram of buckets with at most the given number of bars, for which it merges
// neighbours. If most is 0, each bucket has a bar.
func Bars(buckets []LatencyBucket, most int) (bars []LatencyBar) {
	each := 1
	for most > 0 && (len(buckets)+each-1)/each > most {
		each++
	}
	longest := 1
	for group := range slices.Chunk(buckets, each) {
		bar := LatencyBar{UpTo: group[len(group)-1].label()}
		for _, b := range group {
			bar.N += b.N
		}
		longest = max(longest, bar.N)
		bars = append(bars, bar)
	}
	for i := range bars {
		bars[i].Share = float64(bars[i].N) / float64(longest)
	}
	return bars
}

// label returns the bound as it is shown: "≤ 5ms". time.Duration would write "1m0s" for a minute.
func (b LatencyBucket) label() string {
	if b.UpTo > 7*24*time.Hour {
		return "longer"
	}
	text := b.UpTo.String()
	for _, nothing := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, nothing) {
			text = text[:len(text)-2]
		}
	}
	return "≤ " + text
}
