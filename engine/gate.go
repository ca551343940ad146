package engine

import (
	"context"
	"errors"
)

// A gate is a mutex that is waited for no longer than a context lasts: what is done within
// reads files, which a network file system may hold up.
type gate chan struct{}

func newGate() gate { return make(gate, 1) }

func (g gate) enter(ctx context.Context) error {
	select {
	case g <- struct{}{}:
		return nil
	case <-ctx.Done():
		return &late{ctx.Err()}
	}
}

// late is the end of a wait for somebody who reads the same file.
type late struct{ error }

func (l *late) Error() string {
	if errors.Is(l.error, context.DeadlineExceeded) {
		return "another attempt was reading it all the time; check the file system that it is on"
	}
	return l.error.Error()
}

func (l *late) Unwrap() error { return l.error }

func (g gate) leave() { <-g }
