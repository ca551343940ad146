// Package storage defines backchannel's records, when they are valid, and the rules about
// one record.
//
// Start with [NewWebhook]. Fill in the [Webhook] that it returns, call [Webhook.Normalize]
// and save it if [Webhook.Validate] finds no error. An [Event] is queued for a webhook as a
// [Delivery], which takes one or more [Attempt]s. A request to the built-in receiver becomes
// a [Receipt] with its [Verdicts], and a [Profile] may override how it is answered. To search
// receipts, see [FilterSyntax].
//
// The package contains no SQL and opens no database. The packages sqlite and postgres below
// it store the records.
package storage

import (
	"errors"
	"fmt"
	"strings"
)

// The errors of a store. Match them with errors.Is.
var (
	ErrNotFound    = errors.New("not found")
	ErrInvalid     = errors.New("invalid")
	ErrConflict    = errors.New("conflict")
	ErrNewerSchema = errors.New("newer schema")
	ErrDamaged     = errors.New("damaged database")
	ErrDiskFull    = errors.New("disk full")
	ErrReadOnly    = errors.New("read-only")
	ErrRefused     = errors.New("access refused")         // by the database's server
	ErrUnsuited    = errors.New("unsuitable file system") // without the locks or the shared memory that a database needs
	ErrGone        = errors.New("database gone")          // deleted, moved or replaced while it was open
	ErrShortage    = errors.New("out of resources")       // see Shortage
	ErrUnreachable = errors.New("database unavailable")   // its server cannot be reached at present
	ErrClosed      = errors.New("closed")
)

// A FieldError says what is wrong with one field and what to do about it. Field is the
// field's path in the JSON form of the record, such as "auth.secret" or "headers[1].name".
type FieldError struct {
	Field  string `json:"field"`
	Reason string `json:"reason"`
	// Conflict marks a value that is valid in itself but already taken.
	Conflict bool `json:"-"`
}

// FieldErrors holds an error for each invalid field of one record. It matches ErrConflict if
// every error is a conflict, and ErrInvalid otherwise.
type FieldErrors []FieldError

// Error returns the errors, each on a line of its own.
func (e FieldErrors) Error() string {
	lines := make([]string, len(e))
	for i, f := range e {
		lines[i] = f.Field + ": " + f.Reason
	}
	return strings.Join(lines, "\n")
}

// Is makes errors.Is match ErrConflict or ErrInvalid.
func (e FieldErrors) Is(target error) bool {
	switch target {
	case ErrConflict:
		return e.conflictsOnly()
	case ErrInvalid:
		return !e.conflictsOnly()
	}
	return false
}

// conflictsOnly reports whether every error is a conflict.
func (e FieldErrors) conflictsOnly() bool {
	for _, f := range e {
		if !f.Conflict {
			return false
		}
	}
	return true
}

// Err returns e as an error, or nil if it is empty. An error that contains a nil FieldErrors
// would not be nil.
func (e FieldErrors) Err() error {
	if len(e) == 0 {
		return nil
	}
	return e
}

// add adds an error about a field.
func (e *FieldErrors) add(field, format string, args ...any) {
	*e = append(*e, FieldError{Field: field, Reason: fmt.Sprintf(format, args...)})
}

// addIf adds an error for a field that breaks a rule.
func (e *FieldErrors) addIf(broken bool, field, format string, args ...any) {
	if broken {
		e.add(field, format, args...)
	}
}
