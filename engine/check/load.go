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
		Why:    "a campaign of many messages comes as many events at once, and what is not acknowledged comes again on top of it",
		Remedy: "acknowledge as soon as the event is stored, and work on it later",
		load:   true,
	}}
}

// A loadResult is what the group load measured.
type loadResult struct {
	answers []answer
	lasted  time.Duration
	timeout time.Duration
	limited int           // answers of 429
	obeyed  time.Duration // how long a Retry-After was waited for; 0: there was none
	gaveUp  bool          // 429 came again after that
	cutAt   int           // the run's limit of requests that ended it early, or 0
}

// measured summarizes the loadResult.
func (b loadResult) measured() storage.CheckLoad {
	took := make([]time.Duration, 0, len(b.answers))
	for _, a := range b.answers {
		if !a.none() {
			took = append(took, a.took)
		}
	}
	all := storage.MeasureLatencies(took)
	return storage.CheckLoad{PerSecond: b.perSecond(len(b.answers)), P50: all.P50, P95: all.P95, P99: all.P99, Buckets: all.Buckets}
}

// perSecond returns how many of n there were in a second, without the wait for a Retry-After.
func (b loadResult) perSecond(n int) float64 {
	working := b.lasted - b.obeyed
	if working <= 0 {
		return 0
	}
	return math.Round(10*float64(n)/working.Seconds()) / 10
}

// judgeLoad expects that everything was accepted, and fast enough.
func judgeLoad(b loadResult) judgement {
	l := b.measured()
	text := fmt.Sprintf("%s at %g/s; p50 %s, p95 %s, p99 %s", words.Count(len(b.answers), "request"), l.PerSecond, shortTime(l.P50), shortTime(l.P95), shortTime(l.P99))
	if b.cutAt > 0 {
		text += fmt.Sprintf("; ended by the limit of %d requests", b.cutAt)
	}
	bad := func(a answer) bool { return !a.ok() && a.code != 429 }
	switch {
	case len(b.answers) == 0:
		return judgement{result: storage.CheckSkipped, got: fmt.Sprintf("the run's limit of %d requests left none", b.cutAt)}
	case slices.ContainsFunc(b.answers, bad):
		return judgement{result: storage.CheckFailed, got: describeAnswers(b.answers, bad) + "; " + text}
	case l.P99 > b.timeout:
		return judgement{result: storage.CheckFailed, got: fmt.Sprintf("p99 is over the timeout of %s: %s", b.timeout, text)}
	case b.limited > 0:
		took := b.perSecond(len(b.answers) - b.limited)
		return judgement{result: storage.CheckWarned, got: fmt.Sprintf("%s; it took %g/s: %s", limits(b), took, text),
			remedy: fmt.Sprintf("set the webhook's rate limit (--rate) below %g/s, or raise the endpoint's", max(0.1, took))}
	}
	return judgement{result: storage.CheckPassed, got: text}
}

func limits(b loadResult) string {
	text := fmt.Sprintf("%d answered 429 Too Many Requests", b.limited)
	switch {
	case b.gaveUp:
		return text + fmt.Sprintf(", and again after the Retry-After of %s was waited for", shortTime(b.obeyed))
	case b.obeyed > 0:
		return text + fmt.Sprintf("; the Retry-After of %s was waited for, and the rest accepted", shortTime(b.obeyed))
	}
	return text + " without Retry-After (RFC 6585 §4)"
}
