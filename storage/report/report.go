// Package report presents a run of the endpoint check to people and to other programs: as one
// JSON object, as JUnit XML and as an HTML page. Start with [Report].
//
// It decides whether a run as a whole passed ([Report.Failure]), how its cases are grouped and how
// they are worded. It reads no store and keeps nothing. The texts of a run contain what an endpoint
// answered: callers must escape the texts that this package returns, while those that it writes
// itself are already escaped.
package report

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"backchannel/storage"
	"backchannel/storage/words"
)

// A Report presents a run of the endpoint check.
type Report struct {
	Run     storage.CheckRun
	Before  *storage.CheckRun // the run that it is compared with; nil: none
	Strict  bool              // a warning fails the check, too
	Zone    *time.Location    // of the times on the page; nil: UTC
	Version string            // of this program, for the page
}

// Failure returns why the endpoint is not ready, or "". It is for runs that are finished. An endpoint
// that no longer answers is not ready, and neither is one for which the run was allowed too few
// requests to tell.
func (r Report) Failure() string {
	failed, warned := r.Run.Tally()[storage.CheckFailed], r.Run.Tally()[storage.CheckWarned]
	switch {
	case failed > 0:
		return words.Count(failed, "case") + " failed"
	case r.Run.Reason != "":
		return r.Run.Reason
	case r.Strict && warned > 0:
		return words.Count(warned, "case") + " warned, which fails a strict check"
	}
	return ""
}

// Passed reports whether the run has finished and the endpoint is ready.
func (r Report) Passed() bool {
	return r.Run.State == storage.CheckFinished && r.Failure() == ""
}

// Headline says in one line how the run ended.
func (r Report) Headline() string {
	run, tally := r.Run, r.Run.Tally()
	switch {
	case !run.State.Ended():
		return fmt.Sprintf("%s: %d of %s done", run.State, tally.Done(), words.Count(len(run.Cases), "case"))
	case run.State != storage.CheckFinished:
		return string(run.State) + ": " + run.Reason
	}
	switch why := r.Failure(); {
	case why != "":
		return "not ready: " + why
	case tally[storage.CheckWarned] > 0:
		return "ready, with " + words.Count(tally[storage.CheckWarned], "warning")
	}
	return "ready"
}

// A Fact is something about a run as a whole.
type Fact struct{ Name, Value string }

// Facts returns the facts about the run as a whole, without the results of its cases.
func (r Report) Facts() (facts []Fact) {
	add := func(name, value string) {
		if value != "" {
			facts = append(facts, Fact{name, value})
		}
	}
	run := r.Run
	add("Webhook", run.Webhook)
	add("URL", run.URL)
	add("Started", r.time(cmp.Or(run.StartedAt, run.RequestedAt)))
	if took := run.EndedAt.Sub(run.StartedAt); !run.StartedAt.IsZero() && !run.EndedAt.IsZero() {
		add("Took", shortTime(took))
	}
	add("Requests", words.Group(run.Requests))
	add("Only", strings.Join(run.Options.Only, ", "))
	add("Without", strings.Join(run.Options.Skip, ", "))
	add("Run", run.ID.String())
	return facts
}

// time writes a time in the report's zone, or "" for the zero time.
func (r Report) time(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	zone := time.UTC
	if r.Zone != nil {
		zone = r.Zone
	}
	return at.In(zone).Format(time.DateTime + " MST")
}

// shortTime rounds a time to what is worth reading.
func shortTime(d time.Duration) string {
	switch {
	case d < 10*time.Millisecond:
		return d.Round(100 * time.Microsecond).String()
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	}
	return d.Round(10 * time.Millisecond).String()
}

// A Group is the cases of a run that belong together, in their order.
type Group struct {
	Name  string
	Cases []storage.CheckCase
	Tally storage.CheckTally
}

// Groups returns the cases of a run by group, in the order in which they run.
func Groups(run storage.CheckRun) (groups []Group) {
	at := map[string]int{}
	for _, c := range run.Cases {
		i, known := at[c.Group()]
		if !known {
			i = len(groups)
			at[c.Group()] = i
			groups = append(groups, Group{Name: c.Group()})
		}
		groups[i].Cases = append(groups[i].Cases, c)
	}
	for i := range groups {
		groups[i].Tally = storage.TallyCases(groups[i].Cases)
	}
	return groups
}

// The words for a case that has not ended.
const (
	waiting = "waiting"
	Running = "running"
)

// Word returns the result of a case in a word: "passed", or Running.
func Word(c storage.CheckCase) string {
	if c.Result != "" {
		return c.Result.Word()
	}
	if c.StartedAt.IsZero() {
		return waiting
	}
	return Running
}

// Findings returns the cases that failed, then those that warned.
func Findings(run storage.CheckRun) (found []storage.CheckCase) {
	for _, result := range []storage.CheckResult{storage.CheckFailed, storage.CheckWarned} {
		found = append(found, With(run, result)...)
	}
	return found
}

// With returns the cases of a run with a result, in their order.
func With(run storage.CheckRun, result storage.CheckResult) (cases []storage.CheckCase) {
	for _, c := range run.Cases {
		if c.Result == result {
			cases = append(cases, c)
		}
	}
	return cases
}

// A Skip is a reason for which cases were skipped.
type Skip struct {
	Reason string
	IDs    []string
}

// Skips returns why cases of a run were skipped, each reason once.
func Skips(run storage.CheckRun) (skips []Skip) {
	at := map[string]int{}
	for _, c := range With(run, storage.CheckSkipped) {
		i, known := at[c.Got]
		if !known {
			i = len(skips)
			at[c.Got] = i
			skips = append(skips, Skip{Reason: c.Got})
		}
		skips[i].IDs = append(skips[i].IDs, c.ID)
	}
	return skips
}

// Latencies says in one line what the group load measured, or "" if it did not run.
func Latencies(l storage.CheckLoad) string {
	if len(l.Buckets) == 0 {
		return ""
	}
	return fmt.Sprintf("%g/s; p50 %s, p95 %s, p99 %s", l.PerSecond, shortTime(l.P50), shortTime(l.P95), shortTime(l.P99))
}

// A Change is one kind of difference from the run before.
type Change struct {
	What  string // fixed, broken or still failing
	Cases []storage.CheckCase
}

// Changes returns how the run differs from the run before. It always has the three kinds, or
// none if the run is not compared.
func (r Report) Changes() []Change {
	if r.Before == nil {
		return nil
	}
	d := r.Run.Since(*r.Before)
	return []Change{{"fixed", d.Fixed}, {"broken", d.Broken}, {"still failing", d.StillFailing}}
}
