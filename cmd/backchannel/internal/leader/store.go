package leader

import (
	"context"

	"backchannel/engine"
	"backchannel/engine/check"
	"backchannel/receiver"
	"backchannel/storage"
)

// A Store is the part of a store that a leader needs.
type Store interface {
	engine.Locker
	engine.Store
	receiver.Store
	check.ServerStore
	SaveRuntime(context.Context, storage.Runtime) error
	ApplyRetention(context.Context, storage.Retention) (removed int64, err error)
	// Lost returns why the store cannot be relied on at the moment, or nil.
	Lost() error
}

// An Engine delivers.
type Engine interface {
	Run(ctx context.Context) error
	// Snapshot returns the numbers of attempts and deliveries so far.
	Snapshot() storage.Snapshot
	// Stall returns why the deliveries of all webhooks wait, or "".
	Stall() string
	// CutOff returns how many attempts did not finish when it ended.
	CutOff() int64
}
