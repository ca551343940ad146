package storage

import (
	"slices"
	"time"
)

// A Channel is the way by which a message travelled.
type Channel string

// The channels that feedback webhooks know.
const (
	Email Channel = "email"
	SMS   Channel = "sms"
)

// Channels lists every channel, in the order in which they are shown.
func Channels() []Channel { return []Channel{Email, SMS} }

// Known reports whether feedback webhooks have the channel.
func (c Channel) Known() bool { return slices.Contains(Channels(), c) }

// A Status is what became of a message: feedbackStatus.value in the payload.
type Status string

// The four statuses that a feedback webhook captures, then those that only the
// wider data model knows.
const (
	Sent      Status = "sent"
	Delivered Status = "delivered"
	Bounce    Status = "bounce"
	Error     Status = "error"

	Delay     Status = "delay"
	Exclude   Status = "exclude"
	Duplicate Status = "duplicate"
	Denylist  Status = "denylist"
	Read      Status = "read"
	Unknown   Status = "unknown"
)

// Statuses lists the four that can be fired.
func Statuses() []Status { return AllStatuses()[:4:4] }

// AllStatuses lists those that can be fired, then those that are only accepted.
func AllStatuses() []Status {
	return []Status{Sent, Delivered, Bounce, Error, Delay, Exclude, Duplicate, Denylist, Read, Unknown}
}

// Known reports whether it is one of AllStatuses.
func (s Status) Known() bool { return slices.Contains(AllStatuses(), s) }

// A Revision is a version of the payload's form.
type Revision string

// Classic is the first published form; Revision202610 adds campaign type and
// what SMS providers report.
const (
	Classic        Revision = "classic"
	Revision202610 Revision = "2026-10"
)

// Revisions lists every payload revision, oldest first.
func Revisions() []Revision { return []Revision{Classic, Revision202610} }

// A Misbehaviour makes a delivery wrong on purpose, to try how a receiver takes it.
type Misbehaviour string

// The misbehaviours of a single delivery. The first five need JWT authentication.
const (
	MisbehaveExpired       Misbehaviour = "expired"
	MisbehaveNotYetValid   Misbehaviour = "not-yet-valid"
	MisbehaveWrongKey      Misbehaviour = "wrong-key"
	MisbehaveWrongAudience Misbehaviour = "wrong-audience"
	MisbehaveAlgNone       Misbehaviour = "alg-none"
	MisbehaveMissingAuth   Misbehaviour = "missing-auth"
	MisbehaveTamperedBody  Misbehaviour = "tampered-body"
	MisbehaveTruncated     Misbehaviour = "truncated"
)

// Misbehaviours of the events themselves: the same one twice, or two in the wrong order.
const (
	MisbehaveDuplicate  Misbehaviour = "duplicate"
	MisbehaveOutOfOrder Misbehaviour = "out-of-order"
)

// Misbehaviours lists every way to misbehave, in the order in which they are shown.
func Misbehaviours() []Misbehaviour {
	return []Misbehaviour{
		MisbehaveExpired, MisbehaveNotYetValid, MisbehaveWrongKey, MisbehaveWrongAudience, MisbehaveAlgNone,
		MisbehaveMissingAuth, MisbehaveTamperedBody, MisbehaveTruncated, MisbehaveDuplicate, MisbehaveOutOfOrder,
	}
}

// NeedsJWT reports whether only a webhook with JWT authentication can misbehave so.
func (m Misbehaviour) NeedsJWT() bool {
	i := slices.Index(Misbehaviours(), m)
	return i >= 0 && i <= slices.Index(Misbehaviours(), MisbehaveMissingAuth)
}

// An Event is one status change of one message: the bytes that are to reach the
// endpoint, and what they say. It never changes once enqueued.
type Event struct {
	ID        ID
	WebhookID ID
	RequestID string
	Channel   Channel
	Status    Status
	Variant   string // of the fixture it was made from; empty for the default one
	Identity  string // the recipient's address or number
	Payload   []byte
	Misbehave Misbehaviour // empty: behave
	CreatedAt time.Time
}
