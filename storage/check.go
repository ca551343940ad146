package storage

import (
	"strings"
	"time"
)

// A CheckRun is a run of the endpoint check: the cases requested for one webhook's endpoint, and
// their results. The check is this project's own; Journey Optimizer has none.
type CheckRun struct {
	ID          ID
	WebhookID   ID
	Webhook     string // the webhook's name, kept after the webhook is deleted
	URL         string // where the requests went, with its secrets masked
	Options     CheckOptions
	State       CheckState
	Reason      string // why the run ended early, and what to do about it
	Stop        string // who requested a stop that the engine has not carried out yet
	RequestedAt time.Time
	StartedAt   time.Time // zero until an engine takes the run
	EndedAt     time.Time // zero until it ends
	Requests    int       // sent so far
	Cases       []CheckCase
	Load        CheckLoad
}

// CheckOptions selects and limits what a run does. The zero value runs every case with the
// defaults.
type CheckOptions struct {
	Only, Skip   []string      // groups and cases: "tls", "auth/alg-none"; empty: all, none
	PerSecond    float64       // requests in a second at most; 0: DefaultCheckRate
	LoadRate     float64       // of the group load; 0: DefaultLoadRate
	LoadDuration time.Duration // likewise; 0: DefaultLoadDuration
	MaxRequests  int           // 0: DefaultCheckRequests
	Timeout      time.Duration // of the whole run; 0: DefaultCheckTimeout
}

// The defaults and bounds of a run.
const (
	DefaultCheckRate     = 20
	DefaultLoadRate      = 20
	DefaultLoadDuration  = 5 * time.Second
	DefaultCheckRequests = 2000
	DefaultCheckTimeout  = 5 * time.Minute
	KeptCheckRuns        = 20 // of each webhook

	MaxCheckRate     = 200
	MaxCheckRequests = 20_000
	maxCheckTimeout  = time.Hour
)

// A CheckState is how far a run has got.
type CheckState string

// The states of a run. A run is interrupted if a user stops it or the process ends, and lost if the
// process that made it died.
const (
	CheckRequested   CheckState = "asked"
	CheckRunning     CheckState = "running"
	CheckFinished    CheckState = "finished"
	CheckInterrupted CheckState = "interrupted"
	CheckTimedOut    CheckState = "timed out"
	CheckLost        CheckState = "lost"
)

// checkStates returns every state of a run.
func checkStates() []CheckState {
	return []CheckState{CheckRequested, CheckRunning, CheckFinished, CheckInterrupted, CheckTimedOut, CheckLost}
}

// Ended reports whether the run has ended, in whatever way.
func (s CheckState) Ended() bool { return s != CheckRequested && s != CheckRunning }

// A CheckLevel says what a case that does not pass means for the whole check.
type CheckLevel string

// The levels: a must fails the check, a should is a warning, and an info only informs.
const (
	CheckMust   CheckLevel = "must"
	CheckShould CheckLevel = "should"
	CheckInfo   CheckLevel = "info"
)

// A CheckCase is one case of a run. Secrets are masked in all of its texts.
type CheckCase struct {
	ID         string // group/name: "auth/alg-none"
	Level      CheckLevel
	Result     CheckResult
	Sent       string // what was sent, in one line
	Expected   string
	Got        string // status, first line of the body, time
	Why        string // why it matters, with its source
	Remedy     string
	Deliveries []ID // its requests, oldest first
	StartedAt  time.Time
	EndedAt    time.Time
}

// Group returns the group of the case: "auth".
func (c CheckCase) Group() string {
	group, _, _ := strings.Cut(c.ID, "/")
	return group
}

// Judged reports whether the case has a result other than that it was skipped.
func (c CheckCase) Judged() bool { return c.Result != "" && c.Result != CheckSkipped }

// A CheckLoad is what the group load measured.
type CheckLoad struct {
	PerSecond     float64 // sent, on average
	P50, P95, P99 time.Duration
	Buckets       []LatencyBucket // in order
}

// Tally counts the cases by result.
func (r CheckRun) Tally() CheckTally { return TallyCases(r.Cases) }

// CheckDiff compares the cases of a run with those of the run before.
type CheckDiff struct {
	Fixed, Broken, StillFailing []CheckCase
}

// Since compares a run with an earlier one: which cases failed or warned before and do not
// now, which do now and did not before, and which do in both.
func (r CheckRun) Since(before CheckRun) (d CheckDiff) {
	was := map[string]CheckResult{}
	for _, c := range before.Cases {
		was[c.ID] = c.Result
	}
	for _, c := range r.Cases {
		earlier, known := was[c.ID]
		switch {
		case !known || earlier == CheckSkipped || !c.Judged():
		case !earlier.bad() && c.Result.bad():
			d.Broken = append(d.Broken, c)
		case earlier.bad() && !c.Result.bad():
			d.Fixed = append(d.Fixed, c)
		case earlier.bad() && c.Result.bad():
			d.StillFailing = append(d.StillFailing, c)
		}
	}
	return d
}
