package check

import (
	"fmt"
	"math"
	"slices"
	"time"

	"backchannel/storage"
	"backchannel/storage/words"
)

// loadCases has the only case that sends many events.
func loadCases() []Case {
	return []Case{{
		ID: "load/steady", Level: storage.CheckMust, What: "valid events at a steady rate, over as many connections as the webhook allows", Expected: "2xx to all, 99 of 100 of them within the webhook's timeout",
		Why:    "a large campaign sends many events at once, and those that are not acknowledged are sent again on top of them",
		Remedy: "acknowledge as soon as the event is stored, and process it later",
		load:   true,
	}}
}

// A loadResult is what the load case measured.
type loadResult struct {
	answers []answer
	lasted  time.Duration
	timeout time.Duration
	limited int           // answers of 429
	waited  time.Duration // for a Retry-After; 0: there was none
	gaveUp  bool          // 429 came again after that wait
	cutAt   int           // the limit of requests that ended the load early, or 0
}

// measured summarizes the loadResult.
func (r loadResult) measured() storage.CheckLoad {
	took := make([]time.Duration, 0, len(r.answers))
	for _, a := range r.answers {
		if !a.none() {
			took = append(took, a.took)
		}
	}
	all := storage.MeasureLatencies(took)
	return storage.CheckLoad{PerSecond: r.perSecond(len(r.answers)), P50: all.P50, P95: all.P95, P99: all.P99, Buckets: all.Buckets}
}

// perSecond returns the rate of n requests, not counting the wait for a Retry-After.
func (r loadResult) perSecond(n int) float64 {
	working := r.lasted - r.waited
	if working <= 0 {
		return 0
	}
	return math.Round(10*float64(n)/working.Seconds()) / 10
}

// judgeLoad expects that everything was accepted, and fast enough.
func judgeLoad(r loadResult) judgement {
	l := r.measured()
	text := fmt.Sprintf("%s at %g/s; p50 %s, p95 %s, p99 %s", words.Count(len(r.answers), "request"), l.PerSecond, shortTime(l.P50), shortTime(l.P95), shortTime(l.P99))
	if r.cutAt > 0 {
		text += fmt.Sprintf("; ended by the limit of %d requests", r.cutAt)
	}
	bad := func(a answer) bool { return !a.ok() && a.code != 429 }
	switch {
	case len(r.answers) == 0:
		return skipped(fmt.Sprintf("the run's limit of %d requests left none", r.cutAt))
	case slices.ContainsFunc(r.answers, bad):
		return judgement{result: storage.CheckFailed, got: describeAnswers(r.answers, bad) + "; " + text}
	case l.P99 > r.timeout:
		return judgement{result: storage.CheckFailed, got: fmt.Sprintf("p99 is over the timeout of %s: %s", r.timeout, text)}
	case r.limited > 0:
		took := r.perSecond(len(r.answers) - r.limited)
		return judgement{result: storage.CheckWarned, got: fmt.Sprintf("%s; it accepted %g/s: %s", limits(r), took, text),
			remedy: fmt.Sprintf("set the webhook's rate limit (--rate) below %g/s, or raise the endpoint's", max(0.1, took))}
	}
	return judgement{result: storage.CheckPassed, got: text}
}

func limits(r loadResult) string {
	text := fmt.Sprintf("%d answered 429 Too Many Requests", r.limited)
	switch {
	case r.gaveUp:
		return text + fmt.Sprintf(", and again after a wait for the Retry-After of %s", shortTime(r.waited))
	case r.waited > 0:
		return text + fmt.Sprintf("; after a wait for the Retry-After of %s it accepted the rest", shortTime(r.waited))
	}
	return text + " without Retry-After (RFC 6585 §4)"
}
