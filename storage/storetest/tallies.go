package storetest

import (
	"time"

	"github.com/google/go-cmp/cmp"

	"backchannel/storage"
)

// attemptTallies tests that an attempt counts once, for its own webhook and in the period in which it
// was made, even if its delivery is much older or has been cancelled meanwhile.
func attemptTallies(t *suite) {
	s := t.store
	w, other := AddWebhook(t, s, "acme"), AddWebhook(t, s, "other")
	noon := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	attempt := func(d storage.Delivery, n, code int, at time.Duration) {
		t.Helper()
		o := OutcomeOf(d, storage.Retrying)
		o.Attempt.N, o.Attempt.Code, o.Attempt.At = n, code, noon.Add(at)
		o.Attempt.Timings = storage.Timings{Total: time.Duration(1000+code) * time.Microsecond}
		t.must(s.Finish(t.Context(), o))
	}
	all := func(webhook storage.ID, until time.Duration) storage.AttemptSummary {
		t.Helper()
		tallies, err := s.AttemptTallies(t.Context(), webhook, noon.Add(until))
		t.must(err)
		return tallies.Summary(noon.Add(until))
	}
	first, second, cancelled, elsewhere := Enqueue(t, s, w), Enqueue(t, s, w), Enqueue(t, s, w), Enqueue(t, s, other)
	t.must(s.CancelDelivery(t.Context(), cancelled.ID))
	attempt(first, 1, 503, 0)
	attempt(first, 1, 503, 0) // the same attempt, reported again
	attempt(second, 1, 200, 9*time.Second)
	attempt(cancelled, 1, 404, 10*time.Second)
	attempt(elsewhere, 1, 200, 0)
	attempt(first, 2, 0, 10*time.Minute)
	attempt(first, 3, 302, 11*time.Minute)
	count := func(c map[storage.AnswerClass]int64, at map[int]int64) storage.AttemptSummary {
		want := storage.AttemptSummary{Classes: c, Periods: make([]int64, 60)}
		for _, n := range c {
			want.Attempts += n
		}
		for i, n := range at {
			want.Periods[i] = n
		}
		return want
	}
	for _, test := range []struct {
		name    string
		webhook storage.ID
		until   time.Duration
		want    storage.AttemptSummary
		p50     time.Duration
	}{
		{"at once", w.ID, 15 * time.Second, count(map[storage.AnswerClass]int64{"5xx": 1, "2xx": 1, "4xx": 1}, map[int]int64{58: 2, 59: 1}), 1400 * time.Microsecond},
		{"another webhook", other.ID, 15 * time.Second, count(map[storage.AnswerClass]int64{"2xx": 1}, map[int]int64{58: 1}), 1200 * time.Microsecond},
		{"no webhook", 7, 15 * time.Second, count(map[storage.AnswerClass]int64{}, nil), 0},
		{"the first period has just passed", w.ID, 10 * time.Minute, count(map[storage.AnswerClass]int64{"4xx": 1, "failed": 1}, map[int]int64{0: 1, 59: 1}), 1400 * time.Microsecond},
		{"no answers", w.ID, 10*time.Minute + 10*time.Second, count(map[storage.AnswerClass]int64{"failed": 1}, map[int]int64{58: 1}), 0},
		{"an hour later", w.ID, time.Hour, count(map[storage.AnswerClass]int64{}, nil), 0},
	} {
		got := all(test.webhook, test.until)
		if got.P50 != test.p50 {
			t.Errorf("%s: got P50 %v, want %v", test.name, got.P50, test.p50)
		}
		got.P50, got.P95, got.P99 = 0, 0, 0
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

// oldTallies tests that tallies older than the window are removed, and no others.
func oldTallies(t *suite) {
	noon := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	now := noon
	s := t.open(Options{Now: func() time.Time { return now }})
	w := AddWebhook(t, s, "acme")
	for _, after := range []time.Duration{0, time.Minute} {
		o := OutcomeOf(Enqueue(t, s, w), storage.StateDelivered)
		o.Attempt.At = noon.Add(after)
		t.must(s.Finish(t.Context(), o))
	}
	for _, test := range []struct {
		after time.Duration
		want  int
	}{{9*time.Minute + 59*time.Second, 2}, {10 * time.Minute, 1}, {11 * time.Minute, 0}} {
		now = noon.Add(test.after)
		if _, err := s.ApplyRetention(t.Context(), storage.DefaultRetention()); err != nil {
			t.Fatal(err)
		}
		kept, err := s.AttemptTallies(t.Context(), w.ID, noon) // includes later ones, so these are all
		if err != nil || len(kept) != test.want {
			t.Errorf("after %v: got %v, %v; want %d tallies", test.after, kept, err, test.want)
		}
	}
}
