package storage

import (
	"cmp"
	"slices"
	"time"
)

// A store counts the attempts of the last TallyWindow, in periods of TallyPeriod that begin at
// multiples of it.
const (
	TallyWindow  = 10 * time.Minute
	TallyPeriod  = 10 * time.Second
	tallyPeriods = int(TallyWindow / TallyPeriod)
)

// An AnswerClass is the class of an attempt's answer: that of its HTTP status, or Unanswered.
type AnswerClass string

// The answer classes.
const (
	Answered2xx   AnswerClass = "2xx"
	Answered4xx   AnswerClass = "4xx"
	Answered5xx   AnswerClass = "5xx"
	Unanswered    AnswerClass = "failed" // refused, timed out, cut off and the like
	AnsweredOther AnswerClass = "other"  // such as a redirect, which is not followed
)

// Words returns the class as it is shown next to others, where "failed" would be ambiguous: an answer
// of 4xx is a failure, too.
func (c AnswerClass) Words() string {
	if c == Unanswered {
		return "no answer"
	}
	return string(c)
}

// AnswerClasses lists every class, in the order in which they are shown.
func AnswerClasses() []AnswerClass {
	return []AnswerClass{Answered2xx, Answered4xx, Answered5xx, Unanswered, AnsweredOther}
}

// AnswerClass returns the class of the attempt's answer.
func (a *Attempt) AnswerClass() AnswerClass {
	switch a.Code / 100 {
	case 0:
		return Unanswered
	case 2:
		return Answered2xx
	case 4:
		return Answered4xx
	case 5:
		return Answered5xx
	}
	return AnsweredOther
}

// An AttemptTally counts the attempts of one period and class that were answered in the same time.
// There are few tallies however many attempts there are, so a store adds each attempt to one when it
// ends, and never has to read a million attempts.
type AttemptTally struct {
	Period int64 // in which they began, counted since 1970
	Class  AnswerClass
	Took   time.Duration // rounded to within 5 %; 0 without an answer
	N      int64
}

// Tally returns a tally with a count of one for the attempt.
func (a *Attempt) Tally() AttemptTally {
	t := AttemptTally{Period: tallyPeriodOf(a.At), Class: a.AnswerClass(), N: 1}
	if t.Class != Unanswered {
		t.Took = coarse(a.Timings.Total)
	}
	return t
}

// tallyPeriodOf returns the period of a time.
func tallyPeriodOf(at time.Time) int64 {
	return at.Unix() / int64(TallyPeriod/time.Second)
}

// FirstTallyPeriod returns the first period within the window that ends at a time.
func FirstTallyPeriod(until time.Time) int64 { return tallyPeriodOf(until) - int64(tallyPeriods) + 1 }

// coarse rounds a duration by at most 5 %: to 10 ms, 11 ms, … 20 ms, 22 ms, … 50 ms, 55 ms, … 100 ms,
// 110 ms. That is exact enough for percentiles, and keeps the number of tallies small.
func coarse(d time.Duration) time.Duration {
	unit := time.Microsecond
	for d >= 100*unit {
		unit *= 10
	}
	switch {
	case d >= 50*unit:
		unit *= 5
	case d >= 20*unit:
		unit *= 2
	}
	return max(d.Round(unit), time.Microsecond)
}

// AttemptTallies is what a store knows about a webhook's latest attempts.
type AttemptTallies []AttemptTally

// An AttemptSummary sums up the attempts within a window.
type AttemptSummary struct {
	Attempts      int64
	Classes       map[AnswerClass]int64
	P50, P95, P99 time.Duration // of the answered ones, to within 5 %; 0: there are none
	Periods       []int64       // how many were made in each period, oldest first; the last has not ended
}

// Summary sums up the window that ends at a time. Periods after that, which are left if the clock
// was set back, do not count.
func (all AttemptTallies) Summary(until time.Time) AttemptSummary {
	s := AttemptSummary{Classes: map[AnswerClass]int64{}, Periods: make([]int64, tallyPeriods)}
	first, took := FirstTallyPeriod(until), map[time.Duration]int64{}
	for _, t := range all {
		at := t.Period - first
		if at < 0 || at >= int64(tallyPeriods) {
			continue
		}
		s.Attempts += t.N
		s.Classes[t.Class] += t.N
		s.Periods[at] += t.N
		if t.Class != Unanswered {
			took[t.Took] += t.N
		}
	}
	s.P50, s.P95, s.P99 = percentiles(took)
	return s
}

// percentiles returns nearest-rank percentiles of durations that are given with their counts.
func percentiles(took map[time.Duration]int64) (p50, p95, p99 time.Duration) {
	type bucket struct {
		took time.Duration
		n    int64
	}
	var sorted []bucket
	var total int64
	for d, n := range took {
		sorted, total = append(sorted, bucket{d, n}), total+n
	}
	slices.SortFunc(sorted, func(a, b bucket) int { return cmp.Compare(a.took, b.took) })
	at := func(percent int64) time.Duration {
		rank := (total*percent + 99) / 100
		for _, b := range sorted {
			if rank -= b.n; rank <= 0 {
				return b.took
			}
		}
		return 0
	}
	return at(50), at(95), at(99)
}

// Spark returns the numbers of the periods in at most n groups of equally many, oldest first.
func (s AttemptSummary) Spark(n int) []int64 {
	for n > 0 && len(s.Periods)%n != 0 {
		n--
	}
	if n <= 0 {
		return nil
	}
	groups := make([]int64, n)
	for i, count := range s.Periods {
		groups[i*n/len(s.Periods)] += count
	}
	return groups
}
