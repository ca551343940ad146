package engine

import (
	"context"
	"errors"
)

// A gate is a mutex whose lock operation gives up when a context ends. It protects code that
// reads files, which may take forever on a network file system; a sync.Mutex would hold up every
// other attempt of the webhook for as long.
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

// late is the error of waiting too long for another attempt that reads the same file.
type late struct{ error }

func (l *late) Error() string {
	if errors.Is(l.error, context.DeadlineExceeded) {
		return "another attempt was still reading it; check the file system that it is on"
	}
	return l.error.Error()
}

func (l *late) Unwrap() error { return l.error }

func (g gate) leave() { <-g }
