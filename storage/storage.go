// Package storage says what backchannel's records are and when they are valid:
// [Webhook], [Event], [Delivery], [Attempt], [Receipt], [Verdict], [Profile],
// [Runtime] and their states. Start with [Webhook] and its Validate method.
//
// It holds no SQL and opens no database: a store (see the sqlite package beneath)
// keeps the records, and everybody else talks about them in these words.
package storage

import (
	"errors"
	"fmt"
	"strings"
)

// What a store answers besides success. Callers match them with errors.Is.
var (
	ErrNotFound    = errors.New("not found")
	ErrInvalid     = errors.New("invalid")
	ErrConflict    = errors.New("conflict")
	ErrNewerSchema = errors.New("newer schema")
	ErrDamaged     = errors.New("damaged database")
	ErrDiskFull    = errors.New("disk full")
	ErrReadOnly    = errors.New("read-only")
	ErrUnsuited    = errors.New("unsuitable file system") // it lacks what a database needs
	ErrGone        = errors.New("database gone")          // deleted, moved or replaced while it was open
	ErrShortage    = errors.New("out of resources")       // see Shortage
	ErrClosed      = errors.New("closed")
)

// A FieldError says what is wrong with one field and what to do about it. Field is
// the field's path in the webhook's JSON, such as "auth.secret" or "headers[1].name".
type FieldError struct {
	Field  string `json:"field"`
	Reason string `json:"reason"`
	// Conflict marks a value that is valid in itself but already taken.
	Conflict bool `json:"-"`
}

// FieldErrors is every bad field of one record. It matches ErrConflict when each
// of them is a conflict, ErrInvalid otherwise.
type FieldErrors []FieldError

func (e FieldErrors) Error() string {
	lines := make([]string, len(e))
	for i, f := range e {
		lines[i] = f.Field + ": " + f.Reason
	}
	return strings.Join(lines, "\n")
}

// Is lets errors.Is tell invalid input from a conflict.
func (e FieldErrors) Is(target error) bool {
	switch target {
	case ErrConflict:
		return e.conflictsOnly()
	case ErrInvalid:
		return !e.conflictsOnly()
	}
	return false
}

func (e FieldErrors) conflictsOnly() bool {
	for _, f := range e {
		if !f.Conflict {
			return false
		}
	}
	return true
}

// Err is nil when there is nothing wrong; a nil FieldErrors in an error is not nil.
func (e FieldErrors) Err() error {
	if len(e) == 0 {
		return nil
	}
	return e
}

func (e *FieldErrors) add(field, format string, args ...any) {
	*e = append(*e, FieldError{Field: field, Reason: fmt.Sprintf(format, args...)})
}
