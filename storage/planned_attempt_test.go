package storage

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestPlannedAttempts(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	schedule := []time.Duration{10 * time.Second, time.Minute, 10 * time.Minute}
	in := func(seconds float64) time.Time { return now.Add(time.Duration(seconds * float64(time.Second))) }
	failed := func(n int, ended float64, retryAfter string) Attempt {
		a := Attempt{N: n, At: in(ended - 1), Timings: Timings{Total: time.Second}, Code: 503}
		if retryAfter != "" {
			a.ResponseHeaders = []HeaderField{{Name: "retry-after", Value: retryAfter}}
		}
		return a
	}
	retrying := func(attempts int, next float64) Delivery {
		return Delivery{State: Retrying, Attempts: attempts, NextAttemptAt: in(next)}
	}
	parked := func(d Delivery) Delivery {
		d.State = Parked
		return d
	}
	open := func(until, wait float64) *ParkedReason {
		return &ParkedReason{Breaker: Breaker{OpenUntil: in(until), Wait: time.Duration(wait) * time.Second}}
	}
	for name, test := range map[string]struct {
		of   Planning
		want string // number, earliest and latest second from now, and reason
	}{
		"delivered":               {Planning{Delivery: Delivery{State: StateDelivered, Attempts: 1}, Schedule: schedule}, ""},
		"failed":                  {Planning{Delivery: Delivery{State: Failed, Attempts: 4}, Schedule: schedule}, ""},
		"cancelled before any":    {Planning{Delivery: Delivery{State: Cancelled}, Schedule: schedule}, ""},
		"queued":                  {Planning{Delivery: Delivery{State: Queued, NextAttemptAt: in(-1)}, Schedule: schedule}, "1 0..0 queue, 2 8..12 schedule, 3 56..84 schedule, 4 536..804 schedule"},
		"no retries":              {Planning{Delivery: Delivery{State: Queued, NextAttemptAt: in(0)}}, "1 0..0 queue"},
		"planned event":           {Planning{Delivery: Delivery{State: Queued, DueAt: in(30), NextAttemptAt: in(30)}, Schedule: schedule[:1]}, "1 30..30 due, 2 38..42 schedule"},
		"sent earlier by hand":    {Planning{Delivery: Delivery{State: Queued, DueAt: in(30), NextAttemptAt: in(0)}}, "1 0..0 hand"},
		"under way":               {Planning{Delivery: Delivery{State: Sending, Attempts: 1, NextAttemptAt: in(-3)}, Attempts: []Attempt{failed(1, -13, "")}, Schedule: schedule}, "2 0..0 under way, 3 48..72 schedule, 4 528..792 schedule"},
		"retrying":                {Planning{Delivery: retrying(1, 5), Attempts: []Attempt{failed(1, -4, "")}, Schedule: schedule}, "2 5..5 schedule, 3 53..77 schedule, 4 533..797 schedule"},
		"the last retry":          {Planning{Delivery: retrying(3, 5), Attempts: []Attempt{failed(3, -600, "")}, Schedule: schedule}, "4 5..5 schedule"},
		"asked to wait longer":    {Planning{Delivery: retrying(1, 25), Attempts: []Attempt{failed(1, -5, "30")}, Schedule: schedule}, "2 25..25 retry-after, 3 73..97 schedule, 4 553..817 schedule"},
		"asked to wait less":      {Planning{Delivery: retrying(1, 6), Attempts: []Attempt{failed(1, -5, "2")}, Schedule: schedule[:1]}, "2 6..6 schedule"},
		"asked with a date":       {Planning{Delivery: retrying(1, 25), Attempts: []Attempt{failed(1, -5.4, "Sun, 29 Nov 2026 12:00:25 GMT")}, Schedule: schedule[:1]}, "2 25..25 retry-after"},
		"asked nonsense":          {Planning{Delivery: retrying(1, 6), Attempts: []Attempt{failed(1, -5, "soon")}, Schedule: schedule[:1]}, "2 6..6 schedule"},
		"retried by hand":         {Planning{Delivery: retrying(1, -0.5), Attempts: []Attempt{failed(1, -3, "")}, Schedule: schedule[:1]}, "2 0..0 hand"},
		"by hand before that":     {Planning{Delivery: retrying(1, 0), Attempts: []Attempt{failed(1, -9, "300")}, Schedule: schedule[:1]}, "2 0..0 hand"},
		"shorter schedule since":  {Planning{Delivery: retrying(3, 5), Attempts: []Attempt{failed(3, -60, "")}, Schedule: schedule[:1]}, "4 5..5 schedule"},
		"webhook deleted":         {Planning{Delivery: retrying(1, 5), Attempts: []Attempt{failed(1, -60, "")}}, "2 5..5 schedule"},
		"paused":                  {Planning{Delivery: parked(retrying(1, 5)), Attempts: []Attempt{failed(1, -5, "")}, Schedule: schedule, Parked: &ParkedReason{}}, "2 ? pause, 3 ? schedule, 4 ? schedule"},
		"parked by a breaker":     {Planning{Delivery: parked(retrying(1, 5)), Attempts: []Attempt{failed(1, -5, "")}, Schedule: schedule, Parked: open(20, 30)}, "2 20..20 probe, 3 80..92 schedule, 4 560..812 schedule"},
		"the wait doubles":        {Planning{Delivery: parked(retrying(1, 5)), Attempts: []Attempt{failed(1, -5, "")}, Schedule: []time.Duration{time.Second, time.Second, time.Second, time.Second}, Parked: open(20, 120)}, "2 20..20 probe, 3 260..260 probe, 4 560..560 probe, 5 860..860 probe"},
		"due after the probe":     {Planning{Delivery: parked(retrying(1, 50)), Attempts: []Attempt{failed(1, 38, "")}, Schedule: schedule[:1], Parked: open(20, 30)}, "2 50..50 schedule"},
		"a breaker's probe is up": {Planning{Delivery: parked(Delivery{State: Queued, NextAttemptAt: in(-9)}), Schedule: schedule[:1], Parked: open(-1, 30)}, "1 0..0 probe, 2 60..60 probe"},
	} {
		test.of.Now = now
		var got []string
		for _, p := range test.of.Planned() {
			when := "?"
			if !p.From.IsZero() {
				when = fmt.Sprintf("%g..%g", p.From.Sub(now).Seconds(), p.Until.Sub(now).Seconds())
			}
			got = append(got, fmt.Sprintf("%d %s %s", p.N, when, p.By))
		}
		if text := strings.Join(got, ", "); text != test.want {
			t.Errorf("%s: got %s\nwant %s", name, text, test.want)
		}
	}
}

func TestLikeEarlier(t *testing.T) {
	t.Parallel()
	answer := func(n, code int, body string, headers ...string) Attempt {
		a := Attempt{N: n, Code: code, ErrorClass: ClassStatus, Error: fmt.Sprint("answered ", code), ResponseBody: []byte(body), Timings: Timings{Total: time.Duration(n)}}
		for _, h := range headers {
			name, value, _ := strings.Cut(h, ": ")
			a.ResponseHeaders = append(a.ResponseHeaders, HeaderField{Name: name, Value: value})
		}
		return a
	}
	silent := func(n int, text string) Attempt { return Attempt{N: n, ErrorClass: ClassConnect, Error: text} }
	all := []Attempt{
		answer(1, 503, "a", "date: 1", "X: 1"), answer(2, 503, "a", "Date: 2", "X: 1"), answer(3, 503, "a", "X: 2"), answer(4, 500, "a"), answer(5, 503, "b"),
		silent(6, "refused"), silent(7, "refused"), silent(8, "no route"), answer(9, 500, "a"),
	}
	results, answers := "", ""
	for i := range all {
		results += fmt.Sprint(LikeEarlier(all, i))
		answers += fmt.Sprint(AnswerLikeEarlier(all, i))
	}
	if want := "011000604"; results != want {
		t.Errorf("got results like those of %s, want %s", results, want)
	}
	if want := "010000004"; answers != want {
		t.Errorf("got answers like those of %s, want %s", answers, want)
	}
}
