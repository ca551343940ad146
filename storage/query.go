package storage

import (
	"strings"
	"time"

	"backchannel/storage/words"
)

// A DeliveryQuery selects deliveries, newest first unless After is set.
type DeliveryQuery struct {
	Filter    Filter
	WebhookID ID
	CheckID   ID     // requests of that run of the endpoint check
	CheckCase string // of that case alone; needs CheckID
	EventIDs  []ID
	States    []State // as shown, Parked included
	Statuses  []Status
	Since     time.Time // created at that time or later
	Before    ID        // only deliveries before this one
	After     ID        // only deliveries after this one, oldest first
	Limit     int       // 0: no limit
}

// A ReceiptQuery selects receipts, newest first unless After or OldestFirst is set.
type ReceiptQuery struct {
	Filter      Filter
	WebhookID   ID // 0: every receipt, also unmatched ones
	Statuses    []Status
	Before      ID
	After       ID
	OldestFirst bool
	Limit       int // 0: no limit
}

// A DueQuery selects the deliveries of a webhook whose next attempt is due, ordered by
// NextAttemptAt and ID.
type DueQuery struct {
	WebhookID ID
	Until     time.Time
	After     Cursor // only deliveries after it; the zero Cursor precedes all
	Limit     int
}

// A Cursor is a position in the order of due deliveries.
type Cursor struct {
	At time.Time
	ID ID
}

// Pending counts the deliveries of one webhook that wait in the store.
type Pending struct {
	WebhookID ID
	Queued    int64 // never attempted
	Retrying  int64
	NextDue   time.Time // the earliest next attempt
}

// Counts is the number of deliveries in each displayed state and the number of receipts.
type Counts struct {
	Deliveries map[State]int64
	Receipts   int64
	Executions int64
}

// Unfinished says how many deliveries have not ended: "12 queued, 3 retrying, 1 parked", empty for
// none. Some may be sending even once this process has stopped, on another node.
func (c Counts) Unfinished() string {
	var parts []string
	for _, state := range unfinished() {
		if n := c.Deliveries[state]; n > 0 {
			parts = append(parts, words.Group(n)+" "+string(state))
		}
	}
	return strings.Join(parts, ", ")
}

// UnfinishedTotal returns the number of deliveries that have not ended.
func (c Counts) UnfinishedTotal() (total int64) {
	for _, state := range unfinished() {
		total += c.Deliveries[state]
	}
	return total
}

// unfinished returns the states of deliveries that have not ended.
func unfinished() []State { return []State{Queued, Sending, Retrying, Parked} }

// CallCounts counts the calls of the execution API and the deliveries that they plan.
type CallCounts struct {
	Codes   map[int]int64 // how many stored calls were answered with a status code
	Planned int64         // how many deliveries are planned, in the sense of Delivery.Planned
}

// Retention limits how much is kept. Records beyond any of the limits are deleted, oldest
// first.
type Retention struct {
	Receipts     int
	ReceiptAge   time.Duration
	ReceiptBytes int64
	DeliveryAge  time.Duration // finished deliveries and their attempts
	Activities   int
	Executions   int
	ExecutionAge time.Duration
}

// DefaultRetention returns the limits that apply unless they are configured.
func DefaultRetention() Retention {
	const day = 24 * time.Hour
	return Retention{Receipts: 100_000, ReceiptAge: 30 * day, ReceiptBytes: 2 << 30, DeliveryAge: 30 * day, Activities: 10_000,
		Executions: 100_000, ExecutionAge: 30 * day}
}
