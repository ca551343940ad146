package tui

import (
	"context"

	"backchannel/storage"
	"backchannel/tui/activity"
	"backchannel/tui/deliveries"
	"backchannel/tui/fire"
	"backchannel/tui/receiver"
	"backchannel/tui/webhooks"
)

// Store is where the console reads and writes records: all that its screens need, and what
// the root does. Everything that it shows comes from here, and everything that it does is a
// record written here. Its errors say by themselves what was tried: they are shown as they
// are.
type Store interface {
	webhooks.Store
	deliveries.Store
	receiver.Store
	activity.Store
	fire.Store
	StatusStore
}

// StatusStore tells how things stand, and when they change.
type StatusStore interface {
	Runtime(context.Context) (rt storage.Runtime, alive bool, err error)
	Counts(context.Context) (storage.Counts, error)
	AddActivity(context.Context, storage.Activity) error
	// Changes hints at changed records until ctx ends. Hints that nobody took merge.
	Changes(ctx context.Context) <-chan storage.Change
}
