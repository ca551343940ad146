package engine

import "context"

// A gate is a mutex that is waited for no longer than a context lasts: what is done within
// reads files, which a network file system may hold up.
type gate chan struct{}

func newGate() gate { return make(gate, 1) }

func (g gate) enter(ctx context.Context) error {
	select {
	case g <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (g gate) leave() { <-g }
