// Package check tries an endpoint of feedback webhooks with a suite of cases: does it accept
// what Journey Optimizer sends, survive repeats, and refuse whoever is not the sender? Start
// with [Cases] and [Select], which need no webhook, or with [NewServer], which makes the runs
// that people ask for.
//
// A case is data: what is sent, which answers are expected, why, and what to do. There is a
// file for each group. To add a case, add an entry to its group, and a defect to the table of
// its test. A case is judged by a function of the answers alone.
//
// The suite is a choice of this project; Adobe publishes none. What a good endpoint does by
// the defaults of its framework is never a failed must.
package check

import (
	"time"

	"backchannel/engine"
	"backchannel/storage"
)

// A Case is one thing that is tried.
type Case struct {
	ID       string // group/name
	Level    storage.CheckLevel
	What     string // what is sent, in one line
	Expected string
	Why      string // with its source
	Remedy   string

	// unfit returns why the case cannot be tried at a webhook, or "". nil: it always can.
	unfit func(w *storage.Webhook) string
	plan  plan
	judge func([]answer) judgement

	// Instead of plan and judge, a case may look at the TLS handshake or bear load.
	inspect func(handshakes) judgement
	load    bool
}

// Record returns the case as it is stored before it runs.
func (c Case) Record() storage.CheckCase {
	return storage.CheckCase{ID: c.ID, Level: c.Level, Sent: c.What, Expected: c.Expected, Why: c.Why, Remedy: c.Remedy}
}

// Group returns the group of the case.
func (c Case) Group() string { return c.Record().Group() }

// A plan returns the requests of a case: rounds one after another, each of requests that are
// sent at once.
type plan func(*eventSource) ([]round, error)

type round []request

// A request is one event on its way to the endpoint.
type request struct {
	event storage.Event
	v     engine.Variation
	what  string // how it differs from the others of its case; may be empty
	http2 bool   // HTTP/2 is offered
}

// An answer is what came of a request.
type answer struct {
	what     string // of the request
	delivery storage.ID
	code     int
	class    storage.ErrorClass
	err      string // why there is no answer
	line     string // the first line of the body
	took     time.Duration
	kept     bool // the connection had been used before
	http2    bool
}

// ok reports whether the endpoint accepted the request.
func (a answer) ok() bool { return a.code >= 200 && a.code <= 299 }

// none reports whether nothing was answered.
func (a answer) none() bool { return a.code == 0 }

// hung reports whether nothing was answered in time.
func (a answer) hung() bool { return a.none() && a.class == storage.ClassTimeout }

// A judgement is the outcome of a case.
type judgement struct {
	result storage.CheckResult
	got    string
	remedy string // instead of the case's, if not empty
	grave  bool   // a failure whatever the level says
}

// weighed returns the judgement as the level of the case has it: only a must fails the check,
// unless the endpoint hangs.
func (o judgement) weighed(level storage.CheckLevel) judgement {
	switch {
	case o.result == storage.CheckSkipped || o.grave:
	case level == storage.CheckInfo:
		o.result = storage.CheckInformed
	case level == storage.CheckShould && o.result == storage.CheckFailed:
		o.result = storage.CheckWarned
	}
	return o
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
