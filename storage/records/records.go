// Package records reads and changes records with SQL that SQLite and PostgreSQL both understand. A
// store passes it a [Database] and embeds the parts that it returns. SQL that differs between the
// databases, or is faster in a form of its own, is in the stores or in a [Dialect].
package records

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"time"

	"backchannel/storage"
	"backchannel/storage/seal"
)

// A Database is what the parts of a store have in common.
type Database struct {
	Dialect *Dialect
	Reads   Source
	// Write runs work in a transaction, possibly together with other work, and returns after the
	// commit. work may run more than once, so it must set its results anew each time.
	Write func(ctx context.Context, kinds storage.Change, work func(Tx) error) error
	// WriteLoose is Write for work that assigns no IDs and locks the rows that it reads and then
	// changes.
	WriteLoose func(ctx context.Context, kinds storage.Change, work func(Tx) error) error
	// Violates reports whether a statement failed because a value that must be unique exists already.
	Violates func(error) bool
	// Abandoned restricts a statement to what this process or a dead one was working on. It is empty
	// if no other process can be working. Node is this process's number in column node, or 0 if the
	// tables have no such column.
	Abandoned string
	Node      int64
	Seals     *seal.Sealer
	By        string // who makes changes, with a space before it, or empty
}

// node returns the assignment by which an UPDATE records that this process is working on the rows.
func (d *Database) node() string {
	if d.Node == 0 {
		return ``
	}
	return `, node = ` + strconv.FormatInt(d.Node, 10)
}

// A Source answers queries, in which each ? stands for an argument. A time is passed as a
// [column.Timestamp].
type Source interface {
	// Read runs a query and calls rows with the result. It may do so again if the connection is
	// lost, so rows must set its results anew each time.
	Read(ctx context.Context, rows func(Rows) error, query string, args ...any) error
}

// Rows are the result of a query. The Source checks for an error after the last row.
type Rows interface {
	Next() bool
	Scan(dest ...any) error
}

// A Tx is a transaction in progress. It is the only Source that sees its own changes.
type Tx interface {
	Source
	// Context returns the transaction's context, which is not that of a single caller.
	Context() context.Context
	// Exec runs a statement and returns how many rows it changed.
	Exec(statement string, args ...any) (int64, error)
	// Send runs a statement before the next one whose result is read. Its error may be returned by
	// a later call.
	Send(statement string, args ...any) error
	// NewID assigns the next ID.
	NewID() (storage.ID, error)
	// Reserve keeps an ID from being assigned.
	Reserve(id storage.ID) error
	// WebhooksChanged invalidates every cache of targets.
	WebhooksChanged()
	// Deliveries changes events and deliveries, Messages the messages of campaigns.
	Deliveries() Deliveries
	Messages() Messages
	// Earlier returns the first and the last receipts of the message that a receipt is about.
	Earlier(r *storage.Receipt) ([]storage.Earlier, error)
	// AddReceipt stores a receipt, which has an ID.
	AddReceipt(r *storage.Receipt, facet int64, p PackedReceipt) error
	// EndAnswer stores the outcome of an answer, unless the receipt has been removed.
	EndAnswer(end storage.AnswerEnd) error
	// ForgetReceipt removes what other tables keep about a receipt that has been removed.
	ForgetReceipt(r *storage.Receipt) error
	// RemoveLeftovers removes what is left of dead processes.
	RemoveLeftovers() error

	based
}

// based is implemented by embedding a [Base].
type based interface {
	// Stamp returns the transaction's time with the precision of the database.
	Stamp() time.Time
	base() *Base
}

// Deliveries changes events and deliveries in a transaction, and counts deliveries by state.
type Deliveries interface {
	// AddEvent stores an event. It must have an ID.
	AddEvent(e *storage.Event) error
	// Add stores a new delivery, which has an ID, and queues it. The payload is nil if the event had
	// been stored before.
	Add(d *storage.Delivery, payload []byte) error
	// AddSent stores a new delivery of a check, which has an ID, as being sent by this process.
	AddSent(d *storage.Delivery) error
	// AddFinal stores a delivery that ended elsewhere, and the outcome of its last attempt.
	AddFinal(d *storage.Delivery) error
	// MarkSending marks those of the deliveries that wait as being sent by this process.
	MarkSending(ids []storage.ID) error
	// Reset makes deliveries due that this process or a dead one was sending, and cancels those of
	// checks, which are never retried.
	Reset() error
	// Finish stores the end of an attempt. A delivery that was cancelled during it stays cancelled.
	// then is called once it has been stored, unless it had been already.
	Finish(o *storage.Outcome, packed PackedAttempt, then func(Finished) error) error
	// Change makes a waiting delivery due now, or cancels one that is not final.
	Change(action storage.DeliveryAction, d storage.Delivery) error
	// CancelAll cancels a webhook's deliveries that are waiting or being sent.
	CancelAll(webhook storage.ID) (cancelled int, err error)
	// Remove removes deliveries that ended before a given time, with their attempts, and events that
	// have no delivery left.
	Remove(before time.Time, limit int64) (removed int64, err error)
}

// Messages changes the messages of campaigns in a transaction, and counts them by state.
type Messages interface {
	// Add stores a message. It must have an ID.
	Add(m *storage.Message) error
	// Reached gives a message the state of one of its events, which has reached the webhook.
	Reached(message, delivery storage.ID) error
}

// A Scan reads the columns of one row.
type Scan = func(dest ...any) error

// Collect reads all rows of a query into memory, so the query must have a small result or a limit.
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
	if err != nil {
		return nil, err
	}
	return all, nil
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

// Wrap says what was being done when an error occurred. It returns nil for nil.
func Wrap(err error, doing string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", fmt.Sprintf(doing, args...), err)
}

// One scans a row of a single column.
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

// limitOf returns a limit for SQL. Zero means no limit.
func limitOf(n int) int64 {
	if n <= 0 {
		return math.MaxInt64
	}
	return int64(n)
}

// vacant returns a temporary value for a unique column, so that several rows can swap theirs. It
// begins with a control character, which no valid value contains.
func vacant(id storage.ID) string { return "\a" + id.String() }
