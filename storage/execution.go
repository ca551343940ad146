package storage

import "time"

// An Execution is a call of the execution API's stand-in as it arrived, with its answer. Only
// an accepted one has an ExecutionID and messages.
type Execution struct {
	ID          ID
	ReceivedAt  time.Time
	ExecutionID string // HUMA- and 8 digits; empty unless the call was accepted
	RequestID   string // of the body, as far as it could be read
	XRequestID  string // the header of the answer: the caller's, or a generated one

	CampaignUUID string // of the body, as far as it could be read
	CampaignID   ID     // 0: no such campaign
	VersionID    string // of the campaign when it was called
	Campaign     string // the campaign's name, kept after the campaign is renamed or deleted
	Organization string // of the header
	Sandbox      string // of the header

	Method     string
	Path       string
	Proto      string
	TLSVersion string // empty if the call did not come over the network
	Remote     string // likewise

	Code       int    // HTTP status of the answer
	Fault      string // the answer's title or error_code; empty if the call was accepted
	Recipients int
	Messages   int
	Events     int    // how many were planned
	Silent     string // why no event follows from an accepted call, and what to do about it
	RepeatOf   ID     // the accepted execution whose answer this call got, or 0
	Duration   time.Duration

	// Lists leave out the fields below.
	Headers       []HeaderField
	Body          []byte
	Flaw          BodyFlaw
	AnswerHeaders []HeaderField
	AnswerBody    []byte
	Sealed        bool // both bodies contain secrets, as those of the token endpoint do
}

// Accepted reports whether messages follow from the call.
func (e Execution) Accepted() bool { return e.ExecutionID != "" && e.RepeatOf == 0 }

// A Precedent is what a store knows about earlier calls that determines the answer to a new one.
// Only the transaction that stores the new call can know it.
type Precedent struct {
	SameCall    *Execution // accepted within RepeatWindow with the same x-request-id, in that organization and sandbox
	SameRequest *Execution // accepted within RepeatWindow with the same requestId, likewise
	Ordinal     int64      // how many executions of the campaign were accepted before

	// Taken reports whether an execution has that ExecutionID already.
	Taken func(executionID string) bool
}

// A PlannedMessage is a message with the events to enqueue for it. DueAt says when.
type PlannedMessage struct {
	Message
	Planned []Event
}

// An ExecutionStatus is how far an accepted execution has got.
type ExecutionStatus string

// The statuses of an execution: before its first event was sent, in between, when every
// message is final, and when all of them bounced or are in error.
const (
	ExecutionPending    ExecutionStatus = "PENDING"
	ExecutionInProgress ExecutionStatus = "INPROGRESS"
	ExecutionCompleted  ExecutionStatus = "COMPLETED"
	ExecutionFailed     ExecutionStatus = "FAILED"
)

// StatusOf returns the status of the execution that has these messages. A message is final
// when the deliveries of its events are, whatever their fate; one without events is at once.
func StatusOf(messages []Message) ExecutionStatus {
	begun, final, failed := false, 0, 0
	for _, m := range messages {
		begun = begun || m.begun()
		if m.final() {
			final++
		}
		if m.State == MessageBounce || m.State == MessageError {
			failed++
		}
	}
	switch {
	case final == len(messages) && len(messages) > 0 && failed == len(messages):
		return ExecutionFailed
	case final == len(messages):
		return ExecutionCompleted
	case begun:
		return ExecutionInProgress
	}
	return ExecutionPending
}

// An ExecutionQuery selects executions, newest first unless After or OldestFirst is set.
type ExecutionQuery struct {
	Filter      Filter
	CampaignID  ID // 0: every one
	Before      ID
	After       ID
	OldestFirst bool
	Limit       int // 0: no limit
}
