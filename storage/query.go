package storage

import "time"

// A DeliveryQuery chooses deliveries, newest first unless After is set.
type DeliveryQuery struct {
	WebhookID ID
	EventIDs  []ID
	States    []State // as shown, Parked included
	Statuses  []Status
	Since     time.Time // created then or later
	Before    ID        // only older ones
	After     ID        // only newer ones, oldest first
	Limit     int       // 0: all
}

// A ReceiptQuery chooses receipts, newest first unless After is set or OldestFirst.
type ReceiptQuery struct {
	Filter      Filter
	WebhookID   ID // 0: of any, and of none
	Statuses    []Status
	Before      ID
	After       ID
	OldestFirst bool
	Limit       int // 0: all
}

// A DueQuery chooses the deliveries of a webhook whose next attempt is due, in the
// order of NextAttemptAt and ID.
type DueQuery struct {
	WebhookID ID
	Until     time.Time
	After     Cursor // only those behind it; the zero Cursor is before all
	Limit     int
}

// A Cursor is a place in the order of due deliveries.
type Cursor struct {
	At time.Time
	ID ID
}

// Pending says how much of one webhook's work waits in the store.
type Pending struct {
	WebhookID ID
	Queued    int64 // never attempted
	Retrying  int64
	NextDue   time.Time // the earliest next attempt
}

// Counts is how many deliveries are in each shown state, and receipts kept.
type Counts struct {
	Deliveries map[State]int64
	Receipts   int64
}

// Retention is how much is kept: whatever is over any of the limits goes, oldest first.
type Retention struct {
	Receipts     int
	ReceiptAge   time.Duration
	ReceiptBytes int64
	DeliveryAge  time.Duration // of finished ones, with their attempts
	Activities   int
}

// DefaultRetention is how much is kept unless somebody says otherwise.
func DefaultRetention() Retention {
	const day = 24 * time.Hour
	return Retention{Receipts: 100_000, ReceiptAge: 30 * day, ReceiptBytes: 2 << 30, DeliveryAge: 30 * day, Activities: 10_000}
}
