package storage

import (
	"encoding/json"
	"slices"
	"time"
)

// A State is the state of a delivery. Parked is never stored: a queued or retrying delivery
// is shown as parked while its webhook is paused or its circuit breaker is open.
type State string

// The states of a delivery.
const (
	Queued         State = "queued"
	Sending        State = "sending"
	Retrying       State = "retrying"
	Parked         State = "parked"
	StateDelivered State = "delivered"
	Failed         State = "failed"
	Cancelled      State = "cancelled"
)

// States lists every state in the order of a delivery's life.
func States() []State {
	return []State{Queued, Sending, Retrying, Parked, StateDelivered, Failed, Cancelled}
}

// Final reports whether the state is final: no further attempt is made.
func (s State) Final() bool {
	return slices.Contains([]State{StateDelivered, Failed, Cancelled}, s)
}

// A Delivery is one event on its way to one webhook, in one or more attempts.
type Delivery struct {
	ID            ID
	EventID       ID
	WebhookID     ID
	Webhook       string // the webhook's name, kept after the webhook is deleted
	RequestID     string
	Channel       Channel
	Status        Status
	Variant       string
	Identity      string
	Misbehave     Misbehaviour
	ReplayOf      ID // the delivery whose bytes this one sends again, or 0
	State         State
	Attempts      int
	Code          int        // HTTP status of the last answer, or 0
	ErrorClass    ErrorClass // of the last attempt, empty if it succeeded
	Error         string
	NoAnswer      NoAnswer // why the last attempt got none, empty if it got one
	MessageID     ID       // the campaign's message that it is about, or 0
	CampaignID    ID       // that message's campaign
	Campaign      string   // its name
	ExecutionID   string   // that message's execution
	CheckID       ID       // the run of the endpoint check that it is a request of, or 0
	CheckCase     string   // that run's case
	CreatedAt     time.Time
	DueAt         time.Time // when to send a planned event; zero: at once
	NextAttemptAt time.Time // zero if the state is final
	FinishedAt    time.Time // end of the last attempt, zero before the first
}

// Latency returns the time to the end of the last attempt: from the commit that queued the
// delivery, or from when a planned event was due. It is 0 before the first attempt.
func (d Delivery) Latency() time.Duration {
	if d.FinishedAt.IsZero() {
		return 0
	}
	from := d.CreatedAt
	if d.DueAt.After(from) {
		from = d.DueAt
	}
	return max(0, d.FinishedAt.Sub(from))
}

// Planned reports whether the delivery's event is not due yet and nobody has asked to send it
// earlier. A delivery that failed and is retried later is not planned.
func (d Delivery) Planned(now time.Time) bool {
	return d.State == Queued && d.Attempts == 0 && d.DueAt.After(now) && d.NextAttemptAt.After(now)
}

// An ErrorClass classifies why an attempt failed.
type ErrorClass string

// The error classes of an attempt.
const (
	ClassDNS         ErrorClass = "dns"         // the host name did not resolve
	ClassConnect     ErrorClass = "connect"     // connection refused, host unreachable
	ClassTLS         ErrorClass = "tls"         // the handshake failed
	ClassCertificate ErrorClass = "certificate" // unknown authority, expired, wrong host; final
	ClassTimeout     ErrorClass = "timeout"
	ClassTransport   ErrorClass = "transport" // reset, not HTTP, closed without an answer
	ClassStatus      ErrorClass = "status"    // answered with a status other than 2xx
	ClassRefused     ErrorClass = "refused"   // the address guard refuses the address; final
	ClassSecret      ErrorClass = "secret"    // a secret cannot be read; final
	ClassConfig      ErrorClass = "config"    // invalid TLS files or keys; final
	ClassReceiver    ErrorClass = "receiver"  // the built-in receiver is off
)

// An Attempt is one attempt to deliver: what was sent, what came back, and how long it took.
type Attempt struct {
	DeliveryID      ID
	N               int // from 1
	At              time.Time
	Code            int // HTTP status, 0 without an answer
	ErrorClass      ErrorClass
	Error           string
	NoAnswer        NoAnswer // set only for an attempt that was just made; a store keeps it with the delivery
	Timings         Timings
	RequestHeaders  []HeaderField
	ResponseHeaders []HeaderField
	ResponseBody    []byte // the first MaxAnswerBody bytes as received, with secrets hidden
	ResponseFlaw    BodyFlaw
}

// MaxAnswerBody is the number of bytes that are kept of an endpoint's answer.
const MaxAnswerBody = 16 << 10

// Answer returns the endpoint's answer in readable form.
func (a Attempt) Answer() ShownBody {
	return ShowBody(a.ResponseHeaders, a.ResponseBody, a.ResponseFlaw)
}

// Timings splits the duration of an attempt into its phases. A phase that was skipped, such
// as the handshake on a reused connection, is 0.
type Timings struct {
	DNS, Connect, TLS, FirstByte, Total time.Duration
}

// Parts lists the phases that took place, each with its name and its duration as show formats it.
func (t Timings) Parts(show func(time.Duration) string) (parts []string) {
	for _, part := range []struct {
		name string
		took time.Duration
	}{{"dns", t.DNS}, {"connect", t.Connect}, {"tls", t.TLS}, {"first byte", t.FirstByte}} {
		if part.took > 0 {
			parts = append(parts, part.name+" "+show(part.took))
		}
	}
	return parts
}

// A HeaderField is one header field. The value of a secret field is encrypted at rest and
// hidden by every method that formats the field.
type HeaderField struct {
	Name   string
	Value  string
	Secret bool
}

// String returns the field line as it is sent, with a secret value hidden.
func (h HeaderField) String() string { return h.Name + ": " + h.shown() }

// GoString hides a secret value from %#v.
func (h HeaderField) GoString() string { return h.String() }

// MarshalJSON hides a secret value.
func (h HeaderField) MarshalJSON() ([]byte, error) {
	type plain HeaderField
	h.Value = h.shown()
	return json.Marshal(plain(h))
}

// shown returns the value, or a mask if it is secret.
func (h HeaderField) shown() string {
	if h.Secret {
		return Secret(h.Value).mask()
	}
	return h.Value
}

// A Job is the part of a delivery that the engine needs to attempt it.
type Job struct {
	DeliveryID    ID
	WebhookID     ID
	Attempts      int // already made
	Payload       []byte
	Misbehave     Misbehaviour
	MessageID     ID // the campaign's message that it is about, or 0
	CreatedAt     time.Time
	DueAt         time.Time // when to send a planned event; zero: at once
	NextAttemptAt time.Time
}

// Waits reports whether NextAttemptAt is a time to wait for. That of a new delivery is when
// it was enqueued, which is only in the future if the clock was set back since.
func (j Job) Waits() bool { return j.Attempts > 0 || !j.DueAt.IsZero() }

// An Outcome is an attempt and the state of its delivery that follows from it. A store
// saves both in one commit.
type Outcome struct {
	Attempt       Attempt
	State         State // Retrying or a final one
	NextAttemptAt time.Time
	FinishedAt    time.Time
	// PauseWebhook is the reason to pause the webhook in the same commit, or empty.
	PauseWebhook string
}

// A Command asks the leader to act on a delivery that it may hold in memory. It may come
// from another process, which has already changed the delivery's row.
type Command struct {
	ID         ID
	Kind       CommandKind
	DeliveryID ID
	WebhookID  ID
}

// A CommandKind names a command.
type CommandKind string

// The commands.
const (
	CommandRetry  CommandKind = "retry"
	CommandCancel CommandKind = "cancel"
)
