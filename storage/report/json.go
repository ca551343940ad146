package report

import (
	"time"

	"backchannel/storage"
	"backchannel/storage/export"
)

// An Object is a report in JSON.
type Object struct {
	Summary
	Load  *Load  `json:"load"`
	Diff  *Diff  `json:"diff,omitempty"`
	Cases []Case `json:"cases"`
}

// A Summary is a report without its cases, as a list has it.
type Summary struct {
	ID          storage.ID         `json:"id"`
	Webhook     string             `json:"webhook"`
	URL         string             `json:"url"`
	State       storage.CheckState `json:"state"`
	Reason      string             `json:"reason"`
	Passed      bool               `json:"passed"` // finished, and the endpoint is ready
	RequestedAt export.Time        `json:"askedAt"`
	StartedAt   export.Time        `json:"startedAt"`
	DurationMs  *export.Millis     `json:"durationMs"`
	Requests    int                `json:"requests"`
	Counts      Counts             `json:"counts"`
}

// Counts are the cases by result, which name the fields as the cases do.
type Counts struct {
	Pass int `json:"pass"`
	Fail int `json:"fail"`
	Warn int `json:"warn"`
	Skip int `json:"skip"`
	Info int `json:"info"`
	Open int `json:"open"` // not ended
}

// A Case is one case in JSON. Deliveries are oldest first.
type Case struct {
	ID         string               `json:"id"`
	Level      storage.CheckLevel   `json:"level"`
	Result     *storage.CheckResult `json:"result"` // null until the case has ended
	Sent       string               `json:"sent"`
	Expected   string               `json:"expected"`
	Got        string               `json:"got"`
	Why        string               `json:"why"`
	Remedy     string               `json:"remedy"`
	DurationMs *export.Millis       `json:"durationMs"`
	Deliveries []storage.ID         `json:"deliveries"`
}

// A Load is what the group load measured, in JSON.
type Load struct {
	PerSecond float64       `json:"perSecond"`
	P50Ms     export.Millis `json:"p50Ms"`
	P95Ms     export.Millis `json:"p95Ms"`
	P99Ms     export.Millis `json:"p99Ms"`
	Buckets   []Bucket      `json:"buckets"`
}

// A Bucket is how many answers took at most a time, and longer than the bucket before.
type Bucket struct {
	UpToMs export.Millis `json:"upToMs"`
	N      int           `json:"n"`
}

// A Diff holds the IDs of the cases that differ from the run before.
type Diff struct {
	Before       storage.ID `json:"before"`
	Fixed        []string   `json:"fixed"`
	Broken       []string   `json:"broken"`
	StillFailing []string   `json:"stillFailing"`
}

// Summary returns the report without its cases.
func (r Report) Summary() Summary {
	run, t := r.Run, r.Run.Tally()
	return Summary{
		ID: run.ID, Webhook: run.Webhook, URL: run.URL, State: run.State, Reason: run.Reason, Passed: r.Passed(),
		RequestedAt: export.Time(run.RequestedAt), StartedAt: export.Time(run.StartedAt), DurationMs: between(run.StartedAt, run.EndedAt),
		Requests: run.Requests,
		Counts: Counts{Pass: t[storage.CheckPassed], Fail: t[storage.CheckFailed], Warn: t[storage.CheckWarned],
			Skip: t[storage.CheckSkipped], Info: t[storage.CheckInformed], Open: t[""]},
	}
}

// Object returns the report for export.Encode.
func (r Report) Object() Object {
	o := Object{Summary: r.Summary(), Cases: make([]Case, len(r.Run.Cases))}
	for i, c := range r.Run.Cases {
		o.Cases[i] = caseObject(c)
	}
	if l := r.Run.Load; len(l.Buckets) > 0 {
		o.Load = &Load{PerSecond: l.PerSecond, P50Ms: export.Millis(l.P50), P95Ms: export.Millis(l.P95), P99Ms: export.Millis(l.P99)}
		for _, b := range l.Buckets {
			o.Load.Buckets = append(o.Load.Buckets, Bucket{export.Millis(b.UpTo), b.N})
		}
	}
	if r.Before != nil {
		d := r.Run.Since(*r.Before)
		o.Diff = &Diff{Before: r.Before.ID, Fixed: ids(d.Fixed), Broken: ids(d.Broken), StillFailing: ids(d.StillFailing)}
	}
	return o
}

// caseObject returns a case as JSON has it. A case without a result has not ended; in JSON its
// result is null.
func caseObject(c storage.CheckCase) Case {
	o := Case{
		ID: c.ID, Level: c.Level, Sent: c.Sent, Expected: c.Expected, Got: c.Got, Why: c.Why, Remedy: c.Remedy,
		DurationMs: between(c.StartedAt, c.EndedAt), Deliveries: append([]storage.ID{}, c.Deliveries...),
	}
	if c.Result != "" {
		o.Result = &c.Result
	}
	return o
}

// between returns a duration, or nil if there was no beginning or no end.
func between(from, to time.Time) *export.Millis {
	if from.IsZero() || to.IsZero() {
		return nil
	}
	took := export.Millis(to.Sub(from))
	return &took
}

// ids returns the IDs of cases.
func ids(cases []storage.CheckCase) []string {
	texts := make([]string, len(cases))
	for i, c := range cases {
		texts[i] = c.ID
	}
	return texts
}
