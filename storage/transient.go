package storage

import (
	"context"
	"errors"
	"time"
)

// A transientError is an error that may pass without anything being done to this process.
type transientError struct{ error }

func (e transientError) Unwrap() error { return e.error }

// AsTransient marks an error of a store that others use as well, and may mend, such as that the
// disk of its server is full.
func AsTransient(err error) error { return transientError{err} }

// Transient reports whether an error may pass without anything being done to this process: it is
// marked as such, or the store's server is away.
func Transient(err error) bool {
	var marked transientError
	return errors.As(err, &marked) || errors.Is(err, ErrUnreachable)
}

// Persist calls do again each second for as long as it fails with an error that may pass, and
// ctx is not done. It returns what do did last. waits is called with each such error that says
// something new, and at the end with nil if it had been called before.
func Persist(ctx context.Context, do func(context.Context) error, waits func(error)) error {
	for told := ""; ; {
		err := do(ctx)
		if !Transient(err) || ctx.Err() != nil {
			if told != "" {
				waits(nil)
			}
			return err
		}
		if text := err.Error(); text != told {
			told = text
			waits(err)
		}
		if !Sleep(ctx, NextTick(time.Second)) {
			return err
		}
	}
}
