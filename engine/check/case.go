// Package check tests an endpoint of feedback webhooks with a suite of cases: does it accept
// what Journey Optimizer sends, tolerate repeats, and refuse requests from anyone else? Start
// with [Cases] and [Select], which need no webhook, or with [NewServer], which makes the runs
// that users request.
//
// A case is data: what is sent, which answers are expected, why, and what to do if they are not.
// Each group has a file. To add a case, add an entry to its group, and a defect to the table of
// defect_test.go. A case is judged by a function of the answers alone.
//
// The suite is this project's own; Adobe publishes none. No must may fail a good endpoint for
// what its framework does by default.
package check

import (
	"time"

	"backchannel/engine"
	"backchannel/storage"
)

// A Case is one test of an endpoint.
type Case struct {
	ID       string // group/name
	Level    storage.CheckLevel
	What     string // what is sent, in one line
	Expected string
	Why      string // with its source
	Remedy   string

	// skipReason returns why the case does not apply to a webhook, or "". If it is nil, the case
	// always applies.
	skipReason func(w *storage.Webhook) string
	plan       plan
	judge      func([]answer) judgement

	// Instead of plan and judge, a case may inspect the TLS handshake or put the endpoint under load.
	inspect func(handshakes) judgement
	load    bool
}

// Record returns the case as it is stored before it runs.
func (c Case) Record() storage.CheckCase {
	return storage.CheckCase{ID: c.ID, Level: c.Level, Sent: c.What, Expected: c.Expected, Why: c.Why, Remedy: c.Remedy}
}

// Group returns the group of the case.
func (c Case) Group() string { return c.Record().Group() }

// A plan returns the requests of a case, in rounds that are sent one after another. The requests
// of a round are sent at once.
type plan func(*eventSource) ([]round, error)

type round []request

// A request is one event on its way to the endpoint.
type request struct {
	event storage.Event
	v     engine.Variation
	what  string // what distinguishes it within its case; may be empty
	http2 bool   // HTTP/2 is offered
}

// An answer is the outcome of a request.
type answer struct {
	what     string // of the request
	delivery storage.ID
	code     int
	class    storage.ErrorClass
	err      string // why there is no answer
	line     string // the first line of the body
	took     time.Duration
	kept     bool // the connection was reused
	http2    bool
}

// ok reports whether the endpoint accepted the request.
func (a answer) ok() bool { return a.code >= 200 && a.code <= 299 }

// none reports whether there was no answer.
func (a answer) none() bool { return a.code == 0 }

// hung reports whether the request timed out.
func (a answer) hung() bool { return a.none() && a.class == storage.ClassTimeout }

// A judgement is the outcome of a case.
type judgement struct {
	result storage.CheckResult
	got    string
	remedy string // instead of the case's, if not empty
	grave  bool   // a failure at every level
}

// weighed returns the judgement with the result that the case's level allows: only a must fails
// the check, except that an endpoint that hangs always does.
func (j judgement) weighed(level storage.CheckLevel) judgement {
	switch {
	case j.result == storage.CheckSkipped || j.grave:
	case level == storage.CheckInfo:
		j.result = storage.CheckInformed
	case level == storage.CheckShould && j.result == storage.CheckFailed:
		j.result = storage.CheckWarned
	}
	return j
}

// Cases lists every case in the order in which they run.
func Cases() []Case {
	var all []Case
	for _, group := range [][]Case{
		canaryCases(), tlsCases(), acceptCases(), repeatCases(), orderCases(), sameRequestCases(), authCases(), headerCases(), bodyCases(), httpCases(), slowCases(), loadCases(),
	} {
		all = append(all, group...)
	}
	return all
}
