package storage

import (
	"slices"
	"time"
)

// A Message is what an accepted execution sends to one recipient, and the events that follow
// from it.
type Message struct {
	ID          ID
	Execution   ID // the record
	ExecutionID string
	RequestID   string // of the call
	CampaignID  ID
	Campaign    string
	Channel     Channel
	Address     string // empty if the recipient has none
	Namespace   string
	Identity    string // userId
	Outcome     MessageOutcome
	State       MessageState
	Exclusion   Exclusion // why no message is sent, if none is
	Events      []MessageEvent
	CreatedAt   time.Time
}

// A MessageState is the last event of the message that reached the webhook.
type MessageState string

// The states of a message. Planned is the one of a message none of whose events has reached
// the webhook, and Excluded that of one that is never sent.
const (
	MessagePlanned   MessageState = "planned"
	MessageSent      MessageState = "sent"
	MessageDelivered MessageState = "delivered"
	MessageBounce    MessageState = "bounce"
	MessageError     MessageState = "error"
	MessageExcluded  MessageState = "excluded"
)

// MessageStates returns the states in the order of a message's life.
func MessageStates() []MessageState {
	return []MessageState{MessagePlanned, MessageSent, MessageDelivered, MessageBounce, MessageError, MessageExcluded}
}

// An Exclusion is the reason why a recipient gets no message, such as 050020
// EmailNoAddressFoundInProfile.
type Exclusion struct {
	Code   string
	Reason string
}

// A MessageEvent is a step in the life of a message: an event and the state of its delivery.
type MessageEvent struct {
	Status     Status
	DueAt      time.Time
	DeliveryID ID
	State      State
	Code       int // HTTP status of the last answer, or 0
	Attempts   int
	FinishedAt time.Time // end of the last attempt, or zero
}

// begun reports whether one of the message's events has been attempted.
func (m Message) begun() bool {
	return slices.ContainsFunc(m.Events, func(e MessageEvent) bool { return e.Attempts > 0 || e.State.Final() })
}

// final reports whether every event of the message is final.
func (m Message) final() bool {
	return !slices.ContainsFunc(m.Events, func(e MessageEvent) bool { return !e.State.Final() })
}

// A MessageQuery selects messages, newest first unless After is set.
type MessageQuery struct {
	Filter     Filter
	CampaignID ID // 0: every one
	Execution  ID // likewise
	Before     ID
	After      ID
	Limit      int // 0: no limit
}

// MessageCounts counts the messages of a campaign by state.
type MessageCounts map[MessageState]int64
