// Package records reads and changes records by SQL that every database understands. A store
// gives it a [Database], and embeds its parts: what is here is the same in all of them. What
// differs from database to database, because of its SQL or for speed, is in the stores.
package records

import (
	"context"
	"math"
	"time"

	"backchannel/storage"
	"backchannel/storage/column"
	"backchannel/storage/seal"
)

// A Database is what the parts of a store share.
type Database struct {
	Dialect *Dialect
	Reads   Source
	// Write runs work in a transaction, possibly together with other work, and returns after the
	// commit. work may run more than once, so it must set its results anew each time.
	Write func(ctx context.Context, kinds storage.Change, work func(Tx) error) error
	// Violates reports whether a statement failed because a value that must be unique exists.
	Violates func(error) bool
	Seals    *seal.Sealer
	By       string // who makes changes, with a space before it, or empty
}

// A Source answers queries, in which each ? stands for an argument. A time is passed as a
// [column.Timestamp].
type Source interface {
	// Read gives the rows of a query to a function. It does so anew if the connection is lost.
	Read(ctx context.Context, rows func(Rows) error, query string, args ...any) error
}

// Rows are the result of a query. Whether it came to its end is for the Source to check.
type Rows interface {
	Next() bool
	Scan(dest ...any) error
}

// A Tx is a transaction in progress. Within it only itself is a Source that sees its changes.
type Tx interface {
	Source
	// Context returns that of the transaction, which is shared by the work of several callers.
	Context() context.Context
	// Exec runs a statement and returns how many rows it changed.
	Exec(statement string, args ...any) (int64, error)
	// Send runs a statement, at the latest before the next one that returns something. Its error
	// may be that of a later call.
	Send(statement string, args ...any) error
	// NewID assigns the next ID.
	NewID() (storage.ID, error)
	// Reserve keeps an ID from being assigned.
	Reserve(id storage.ID) error
	// Stamp returns the transaction's time with the precision of the database.
	Stamp() time.Time
	// Target returns what the transaction knows of a webhook.
	Target(webhook storage.ID) (column.Target, error)
	// WebhooksChanged makes transactions read again what they know of webhooks.
	WebhooksChanged()
	// Changed notes that records of more kinds have changed.
	Changed(storage.Change)
	// Runs returns the runs of like activities.
	Runs() *column.Runs
	// Enqueue stores an event and its delivery, and sets what the store assigns in both.
	Enqueue(e *storage.Event, d *storage.Delivery) error
	// AddMessage stores a message of a campaign, which has an ID.
	AddMessage(m *storage.Message) error
	// QueueDelivery stores a new delivery of an event, to be sent.
	QueueDelivery(d *storage.Delivery) error
	// ChangeDelivery makes a waiting delivery due now, or cancels one that is not final.
	ChangeDelivery(action storage.DeliveryAction, d storage.Delivery) error
	// CancelDeliveries cancels a webhook's deliveries that are waiting or being sent.
	CancelDeliveries(webhook storage.ID) (cancelled int, err error)
}

// A Scan reads the columns of one row.
type Scan = func(dest ...any) error

// Collect reads all rows of a query. Results are small or have a limit; the callers that read
// without one do so in pages.
func Collect[T any](ctx context.Context, from Source, read func(Scan) (T, error), query string, args ...any) (all []T, err error) {
	err = from.Read(ctx, func(rows Rows) error {
		all = nil // the query may be repeated
		for rows.Next() {
			one, err := read(rows.Scan)
			if err != nil {
				return err
			}
			all = append(all, one)
		}
		return nil
	}, query, args...)
	return all, err
}

// First reads the first row of a query. It returns storage.ErrNotFound if there is none.
func First[T any](ctx context.Context, from Source, read func(Scan) (T, error), query string, args ...any) (T, error) {
	all, err := Collect(ctx, from, read, query, args...)
	if err == nil && len(all) == 0 {
		err = storage.ErrNotFound
	}
	if err != nil {
		var none T
		return none, err
	}
	return all[0], nil
}

// One reads a row of a single column.
func One[T any](read Scan) (value T, err error) {
	err = read(&value)
	return value, err
}

// must runs a statement and returns storage.ErrNotFound if it changed no row.
func must(t Tx, statement string, args ...any) error {
	changed, err := t.Exec(statement, args...)
	if err == nil && changed == 0 {
		return storage.ErrNotFound
	}
	return err
}

// Limit returns a limit for SQL. Zero means no limit.
func Limit(n int) int64 {
	if n <= 0 {
		return math.MaxInt64
	}
	return int64(n)
}

// vacant returns a temporary value for a column that must be unique, so that several rows can
// swap theirs. It begins with a control character, which no valid value contains.
func vacant(id storage.ID) string { return "\a" + id.String() }
