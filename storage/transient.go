package storage

import (
	"context"
	"errors"
	"time"
)

// A transientError is an error that may pass without any change to this process.
type transientError struct{ error }

func (e transientError) Unwrap() error { return e.error }

// AsTransient marks an error that others may remedy, such as that the disk of a server is full, or
// that another program keeps a file locked.
func AsTransient(err error) error { return transientError{err} }

// Transient reports whether an error may pass without any change to this process: it is marked as
// such, or the store's server is unreachable.
func Transient(err error) bool {
	var marked transientError
	return errors.As(err, &marked) || errors.Is(err, ErrUnreachable)
}

// Persist calls do, and repeats it each second while it fails with a transient error and ctx is not
// done. It returns the last result. It calls onRetry with each such error that differs from the one
// before, and at the end with nil if it has called it.
func Persist(ctx context.Context, do func(context.Context) error, onRetry func(error)) error {
	for last := ""; ; {
		err := do(ctx)
		if !Transient(err) || ctx.Err() != nil {
			if last != "" {
				onRetry(nil)
			}
			return err
		}
		if text := err.Error(); text != last {
			last = text
			onRetry(err)
		}
		if !Sleep(ctx, NextTick(time.Second)) {
			return err
		}
	}
}
