package storage_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"backchannel/storage"
)

func TestTallyOfAnAttempt(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 2, 12, 0, 9, 999_999_999, time.UTC)
	period := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC).Unix() / 10
	for _, test := range []struct {
		code int
		took time.Duration
		want storage.AttemptTally
	}{
		{200, 12_345 * time.Microsecond, storage.AttemptTally{Class: "2xx", Took: 12 * time.Millisecond}},
		{204, 21_400 * time.Microsecond, storage.AttemptTally{Class: "2xx", Took: 22 * time.Millisecond}},
		{299, 97 * time.Microsecond, storage.AttemptTally{Class: "2xx", Took: 95 * time.Microsecond}},
		{299, 7 * time.Microsecond, storage.AttemptTally{Class: "2xx", Took: 7 * time.Microsecond}},
		{400, 996 * time.Microsecond, storage.AttemptTally{Class: "4xx", Took: time.Millisecond}},
		{451, 0, storage.AttemptTally{Class: "4xx", Took: time.Microsecond}},
		{500, 10_400 * time.Millisecond, storage.AttemptTally{Class: "5xx", Took: 10 * time.Second}},
		{599, 10 * time.Minute, storage.AttemptTally{Class: "5xx", Took: 600 * time.Second}},
		{0, 10 * time.Second, storage.AttemptTally{Class: "failed"}},
		{307, time.Second, storage.AttemptTally{Class: "other", Took: time.Second}},
		{600, time.Second, storage.AttemptTally{Class: "other", Took: time.Second}},
		{101, time.Second, storage.AttemptTally{Class: "other", Took: time.Second}},
	} {
		test.want.Period, test.want.N = period, 1
		a := storage.Attempt{At: at, Code: test.code, Timings: storage.Timings{Total: test.took}}
		if got := a.Tally(); got != test.want {
			t.Errorf("%d after %v: got %+v, want %+v", test.code, test.took, got, test.want)
		}
	}
}

// The percentiles differ from those of the attempts themselves by at most 5 %.
func TestSummaryOfTallies(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	random := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		var tallies storage.AttemptTallies
		var took []time.Duration
		counts, periods := map[storage.AnswerClass]int64{}, make([]int64, 60)
		for range random.IntN(300) {
			a := storage.Attempt{
				At: now.Add(-time.Duration(random.Int64N(int64(12*time.Minute))) + time.Minute), Code: []int{0, 200, 204, 302, 404, 500, 503}[random.IntN(7)],
				Timings: storage.Timings{Total: time.Microsecond << random.IntN(29)},
			}
			tallies = append(tallies, a.Tally())
			age := int(now.Unix()/10 - a.At.Unix()/10)
			if age < 0 || age >= 60 {
				continue
			}
			counts[a.AnswerClass()]++
			periods[59-age]++
			if a.Code != 0 {
				took = append(took, a.Timings.Total)
			}
		}
		got := tallies.Summary(now)
		if !maps.Equal(got.Classes, counts) || !slices.Equal(got.Periods, periods) {
			t.Fatalf("got %v %v, want %v %v", got.Classes, got.Periods, counts, periods)
		}
		slices.Sort(took)
		for percent, p := range map[int]time.Duration{50: got.P50, 95: got.P95, 99: got.P99} {
			var want time.Duration
			if len(took) > 0 {
				want = took[(len(took)*percent+99)/100-1]
			}
			if (p - want).Abs() > want/20+time.Microsecond/2 {
				t.Fatalf("percentile %d of %v: got %v, want %v", percent, took, p, want)
			}
		}
	}
}

func TestSpark(t *testing.T) {
	t.Parallel()
	s := storage.AttemptSummary{Periods: make([]int64, 60)}
	for i := range s.Periods {
		s.Periods[i] = int64(i)
	}
	for n, want := range map[int]int{0: 0, -1: 0, 1: 1, 6: 6, 7: 6, 11: 10, 13: 12, 29: 20, 30: 30, 59: 30, 60: 60, 500: 60} {
		got := s.Spark(n)
		var sum int64
		for _, v := range got {
			sum += v
		}
		if len(got) != want || want > 0 && sum != 59*60/2 || !slices.IsSorted(got) {
			t.Errorf("%d groups: got %v, want %d", n, got, want)
		}
	}
}
