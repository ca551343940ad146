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
