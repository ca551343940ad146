package storage

import (
	"slices"
	"time"
)

// A Channel is the medium of a message.
type Channel string

// The channels that feedback webhooks support.
const (
	Email Channel = "email"
	SMS   Channel = "sms"
)

// Channels returns every channel in display order.
func Channels() []Channel { return []Channel{Email, SMS} }

// Known reports whether feedback webhooks support the channel.
func (c Channel) Known() bool { return slices.Contains(Channels(), c) }

// A Status is the fate of a message: feedbackStatus.value in the payload.
type Status string

// The four statuses that a feedback webhook captures, then those that exist only in the
// wider data model.
const (
	StatusSent      Status = "sent"
	StatusDelivered Status = "delivered"
	StatusBounce    Status = "bounce"
	StatusError     Status = "error"

	StatusDelay     Status = "delay"
	StatusExclude   Status = "exclude"
	StatusDuplicate Status = "duplicate"
	StatusDenylist  Status = "denylist"
	StatusRead      Status = "read"
	StatusUnknown   Status = "unknown"
)

// Statuses returns the four statuses that can be fired.
func Statuses() []Status { return AllStatuses()[:4:4] }

// AllStatuses returns the statuses that can be fired, then those that are only accepted.
func AllStatuses() []Status {
	return []Status{StatusSent, StatusDelivered, StatusBounce, StatusError, StatusDelay, StatusExclude, StatusDuplicate, StatusDenylist, StatusRead, StatusUnknown}
}

// Known reports whether s is one of AllStatuses.
func (s Status) Known() bool { return slices.Contains(AllStatuses(), s) }

// A Revision is a version of the payload's structure.
type Revision string

// Classic is the first published revision. Revision202610 adds the campaign type and the
// reports of SMS providers.
const (
	Classic        Revision = "classic"
	Revision202610 Revision = "2026-10"
)

// Revisions returns every payload revision, oldest first.
func Revisions() []Revision { return []Revision{Classic, Revision202610} }

// A Misbehaviour makes a delivery wrong on purpose, to test how a receiver reacts.
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

// The misbehaviours of a sequence: one event sent twice, or two in the wrong order.
const (
	MisbehaveDuplicate  Misbehaviour = "duplicate"
	MisbehaveOutOfOrder Misbehaviour = "out-of-order"
)

// Misbehaviours returns every misbehaviour in display order.
func Misbehaviours() []Misbehaviour {
	return []Misbehaviour{
		MisbehaveExpired, MisbehaveNotYetValid, MisbehaveWrongKey, MisbehaveWrongAudience, MisbehaveAlgNone,
		MisbehaveMissingAuth, MisbehaveTamperedBody, MisbehaveTruncated, MisbehaveDuplicate, MisbehaveOutOfOrder,
	}
}

// NeedsJWT reports whether the misbehaviour requires a webhook with JWT authentication.
func (m Misbehaviour) NeedsJWT() bool {
	i := slices.Index(Misbehaviours(), m)
	return i >= 0 && i <= slices.Index(Misbehaviours(), MisbehaveMissingAuth)
}

// An Event is one status change of one message: the payload to send and the fields of it
// that are searched. An event never changes once it is queued.
type Event struct {
	ID        ID
	WebhookID ID
	RequestID string
	Channel   Channel
	Status    Status
	Variant   string // of the fixture it was made from; empty for the default one
	Identity  string // the recipient's address or number
	Payload   []byte
	Misbehave Misbehaviour // empty: none
	MessageID ID           // the campaign's message that it is about, or 0
	DueAt     time.Time    // when to send it; zero: at once
	CreatedAt time.Time
}
