package storage

import "time"

// Runtime is what the leader, the one process that delivers and receives, tells all
// others about itself.
type Runtime struct {
	PID             int
	StartedAt       time.Time
	UpdatedAt       time.Time
	ReceiverURL     string   // https://127.0.0.1:9443, empty while the receiver is off
	ReceiverError   string   // why it is off
	ReceiverAddress string   // the HOST:PORT by which this machine reaches it
	ReceiverNames   []string // names and addresses in its certificate
	Snapshot        Snapshot
	Refused         int64  // requests that net/http answered by itself
	Trouble         string // why deliveries wait, beyond what is each webhook's own
	Limited         string // what is done less of at a time than configured, and why
}

// Snapshot counts deliveries now, and outcomes since the leader started.
type Snapshot struct {
	Queued, InFlight, Retrying, Parked int64
	Delivered, Failed, Attempts        int64
	PerSecond                          float64       // attempts, over the last 10 s
	DeliveredPerSecond                 float64       // likewise
	FailedPerSecond                    float64       // likewise, for good
	P50, P95, P99                      time.Duration // latency of deliveries, over the last minute
}

// A Breaker is the circuit breaker of one webhook. Without a row it is closed.
type Breaker struct {
	WebhookID ID
	Failures  int           // retryable ones in a row
	OpenUntil time.Time     // when the next probe is due; zero while closed
	Wait      time.Duration // the wait that ends then; it doubles with each failed probe
}

// Open reports whether deliveries are parked behind the breaker.
func (b Breaker) Open() bool { return !b.OpenUntil.IsZero() }

// An Activity is something worth telling that happened: a webhook saved, a breaker
// opened, another process taking over.
type Activity struct {
	ID         ID
	At         time.Time
	Kind       ActivityKind
	WebhookID  ID
	DeliveryID ID
	ReceiptID  ID
	Text       string
}

// An ActivityKind sorts activities.
type ActivityKind string

// The kinds of activity.
const (
	ActivityWebhook  ActivityKind = "webhook"
	ActivityFired    ActivityKind = "fired"
	ActivityFailed   ActivityKind = "failed"
	ActivityDelivery ActivityKind = "delivery" // replayed, retried, cancelled by somebody
	ActivityBreaker  ActivityKind = "breaker"
	ActivityReceiver ActivityKind = "receiver"
	ActivityReceipts ActivityKind = "receipts" // cleared, exported, saved as a fixture
	ActivityProcess  ActivityKind = "process"
	ActivityError    ActivityKind = "error"
)

// A Change hints that records of a kind may have changed, here or in another process.
// It is never the data: whoever hears it reads again what they show.
type Change uint16

// The changes, as bits, so that many hints merge into one.
const (
	ChangedWebhooks Change = 1 << iota
	ChangedDeliveries
	ChangedReceipts
	ChangedProfiles
	ChangedRuntime
	ChangedActivity
	ChangedFixtures
	ChangedElsewhere // by another process; comes with all other bits set

	ChangedAll = ChangedElsewhere<<1 - 1
)

// Has reports whether any of the given kinds changed.
func (c Change) Has(kinds Change) bool { return c&kinds != 0 }
