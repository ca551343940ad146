package storage

import (
	"encoding/json"
	"slices"
	"time"
)

// A State is where a delivery stands. Parked is never stored: it is what a queued or
// retrying delivery is shown as behind an open circuit breaker or a paused webhook.
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

// Final reports whether nothing more will happen to the delivery by itself.
func (s State) Final() bool {
	return slices.Contains([]State{StateDelivered, Failed, Cancelled}, s)
}

// A Delivery carries one event to one webhook, in as many attempts as that takes.
type Delivery struct {
	ID            ID
	EventID       ID
	WebhookID     ID
	Webhook       string // its name, also after it was deleted
	RequestID     string
	Channel       Channel
	Status        Status
	Variant       string
	Identity      string
	Misbehave     Misbehaviour
	ReplayOf      ID // the delivery whose bytes this one repeats, or 0
	State         State
	Attempts      int
	Code          int        // of the last answer, 0 when there was none
	ErrorClass    ErrorClass // of the last attempt, empty when it was fine
	Error         string
	CreatedAt     time.Time
	NextAttemptAt time.Time // zero when final
	FinishedAt    time.Time // end of the last attempt; zero before it
}

// Latency is the time from the commit of the enqueue to the end of the last
// attempt, 0 before that.
func (d Delivery) Latency() time.Duration {
	if d.FinishedAt.IsZero() {
		return 0
	}
	return max(0, d.FinishedAt.Sub(d.CreatedAt))
}

// An ErrorClass sorts what can go wrong with an attempt.
type ErrorClass string

// The error classes of an attempt.
const (
	ClassDNS         ErrorClass = "dns"         // the host name did not resolve
	ClassConnect     ErrorClass = "connect"     // refused, unreachable
	ClassTLS         ErrorClass = "tls"         // the handshake broke off
	ClassCertificate ErrorClass = "certificate" // unknown authority, expired, another host; final
	ClassTimeout     ErrorClass = "timeout"
	ClassTransport   ErrorClass = "transport" // reset, garbage, closed without an answer
	ClassStatus      ErrorClass = "status"    // answered, but not 2xx
	ClassRefused     ErrorClass = "refused"   // an address that the guard refuses; final
	ClassSecret      ErrorClass = "secret"    // a secret that cannot be read; final
	ClassConfig      ErrorClass = "config"    // TLS files, keys; final
	ClassReceiver    ErrorClass = "receiver"  // the built-in receiver is off
)

// An Attempt is one try to deliver: what was sent, what came back, how long it took.
type Attempt struct {
	DeliveryID      ID
	N               int // from 1
	At              time.Time
	Code            int // 0 when nothing was answered
	ErrorClass      ErrorClass
	Error           string
	Timings         Timings
	RequestHeaders  []HeaderField
	ResponseHeaders []HeaderField
	ResponseBody    []byte // its first MaxAnswerBody, as it came but for the secrets in it
	ResponseFlaw    BodyFlaw
}

// MaxAnswerBody is how much is kept of what an endpoint answers.
const MaxAnswerBody = 16 << 10

// Answer is what the endpoint answered, for a person to read.
func (a Attempt) Answer() ShownBody {
	return ShowBody(a.ResponseHeaders, a.ResponseBody, a.ResponseFlaw)
}

// Timings splits an attempt's duration. A part that did not happen, such as the
// handshake on a kept connection, is 0.
type Timings struct {
	DNS, Connect, TLS, FirstByte, Total time.Duration
}

// A HeaderField is one header line. The value of a secret one is encrypted at rest.
type HeaderField struct {
	Name   string
	Value  string
	Secret bool
}

// String is the line as it is sent, a secret value hidden.
func (h HeaderField) String() string { return h.Name + ": " + h.shown() }

// GoString hides a secret value from %#v.
func (h HeaderField) GoString() string { return h.String() }

// MarshalJSON hides a secret value.
func (h HeaderField) MarshalJSON() ([]byte, error) {
	type plain HeaderField
	h.Value = h.shown()
	return json.Marshal(plain(h))
}

func (h HeaderField) shown() string {
	if h.Secret {
		return Secret(h.Value).mask()
	}
	return h.Value
}

// A Job is what the engine needs to know of a delivery to attempt it.
type Job struct {
	DeliveryID    ID
	WebhookID     ID
	Attempts      int // made so far
	Payload       []byte
	Misbehave     Misbehaviour
	CreatedAt     time.Time
	NextAttemptAt time.Time
}

// An Outcome is an attempt and what it makes of its delivery, kept in one commit.
type Outcome struct {
	Attempt       Attempt
	State         State // Retrying or a final one
	NextAttemptAt time.Time
	FinishedAt    time.Time
	// PauseWebhook says why the webhook is to be paused along with it, or is empty.
	PauseWebhook string
}

// A Command is what somebody, perhaps in another process, wants the leader to do about a
// delivery that it may have in hand. The delivery's row is changed already.
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
