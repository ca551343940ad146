package storage

import (
	"fmt"
	"strings"
	"time"
)

// Runtime is the state that a node, a process that delivers and receives, publishes for all
// other processes.
type Runtime struct {
	Name            string // of its machine; empty for an older version, which does not publish it
	Version         string
	PID             int
	StartedAt       time.Time
	UpdatedAt       time.Time
	ReceiverURL     string   // such as https://127.0.0.1:9443; empty while the receiver is off
	ReceiverError   string   // why the receiver is off
	ReceiverAddress string   // the HOST:PORT where this machine reaches the receiver
	ReceiverNames   []string // names and addresses in the receiver's certificate
	Snapshot        Snapshot
	Refused         int64  // requests that net/http answered without the receiver
	Limited         string // which concurrency is below the configured one, and why
	// Stalled is why deliveries of every webhook wait, or empty. Its stored name is that of
	// older versions, which may run beside this one.
	Stalled string `json:"Trouble"`
}

// Process names the process, with its machine if that is not the one given.
func (r Runtime) Process(here string) string {
	name := fmt.Sprintf("process %d", r.PID)
	if r.Name != "" && r.Name != here {
		name += " of " + r.Name
	}
	return name
}

// Snapshot counts the present deliveries, and the outcomes since the leader started.
type Snapshot struct {
	Queued, InFlight, Retrying, Parked int64
	Delivered, Failed, Attempts        int64
	PerSecond                          float64       // attempts, averaged over the last 10 s
	DeliveredPerSecond                 float64       // likewise
	FailedPerSecond                    float64       // deliveries that failed permanently, likewise
	P50, P95, P99                      time.Duration // latency of the deliveries of the last minute
}

// A Breaker is the circuit breaker of one webhook. A webhook without a row has a closed one.
type Breaker struct {
	WebhookID ID
	Failures  int           // consecutive retryable failures
	OpenUntil time.Time     // when the next probe is due; zero while closed
	Wait      time.Duration // the wait before that probe, doubled by each failed one
}

// Open reports whether deliveries are parked behind the breaker.
func (b Breaker) Open() bool { return !b.OpenUntil.IsZero() }

// An Activity is an entry of the activity log: a webhook was saved, a breaker opened, another
// process became the leader.
type Activity struct {
	ID         ID
	At         time.Time
	Kind       ActivityKind
	WebhookID  ID
	DeliveryID ID
	ReceiptID  ID
	CampaignID ID
	Execution  ID // the record
	Text       string
}

// Ends reports whether the activity is the end of something that a user may be waiting for while
// looking elsewhere: a delivery that failed for good, or a check.
func (a Activity) Ends() bool {
	return a.Kind == ActivityFailed || a.Kind == ActivityCheck && !strings.Contains(a.Text, " asked for")
}

// An ActivityKind classifies activities.
type ActivityKind string

// The kinds of activity.
const (
	ActivityWebhook   ActivityKind = "webhook"
	ActivityFired     ActivityKind = "fired"
	ActivityFailed    ActivityKind = "failed"
	ActivityDelivery  ActivityKind = "delivery" // replayed, retried or cancelled by a user
	ActivityBreaker   ActivityKind = "breaker"
	ActivityReceiver  ActivityKind = "receiver"
	ActivityReceipts  ActivityKind = "receipts" // cleared, exported, saved as a fixture
	ActivityCampaign  ActivityKind = "campaign"
	ActivityExecution ActivityKind = "execution"
	ActivityCheck     ActivityKind = "check"
	ActivityProcess   ActivityKind = "process"
	ActivityError     ActivityKind = "error"
)

// activityKinds returns every kind.
func activityKinds() []ActivityKind {
	return []ActivityKind{ActivityWebhook, ActivityFired, ActivityFailed, ActivityDelivery, ActivityBreaker, ActivityReceiver, ActivityReceipts,
		ActivityCampaign, ActivityExecution, ActivityCheck, ActivityProcess, ActivityError}
}

// A Change is a hint that records of some kinds may have changed, in this or another
// process. It carries no data, so that a subscriber reads again the records it shows.
type Change uint16

// The changes are bits, so that several hints can be merged into one.
const (
	ChangedWebhooks Change = 1 << iota
	ChangedDeliveries
	ChangedReceipts
	ChangedProfiles
	ChangedRuntime
	ChangedActivity
	ChangedFixtures
	ChangedCampaigns
	ChangedExecutions // also their messages, and their number for each campaign
	ChangedChecks     // runs of the endpoint check, their cases and requests
	ChangedElsewhere  // by another process; with SQLite all other bits are set too

	ChangedAll = ChangedElsewhere<<1 - 1
)

// Has reports whether any of the given kinds changed.
func (c Change) Has(kinds Change) bool { return c&kinds != 0 }
