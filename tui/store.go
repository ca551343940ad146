package tui

import (
	"context"

	"backchannel/storage"
	"backchannel/tui/activity"
	"backchannel/tui/campaigns"
	"backchannel/tui/check"
	"backchannel/tui/deliveries"
	"backchannel/tui/fire"
	"backchannel/tui/receiver"
	"backchannel/tui/webhooks"
)

// Store is what the screens and the root need to read and write records. Everything that the
// console shows is read from it, and everything that it does is a record written to it. Its
// errors name the operation, so they are shown unchanged.
type Store interface {
	webhooks.Store
	campaigns.Store
	deliveries.Store
	receiver.Store
	activity.Store
	check.Store
	fire.Store
	StatusStore
	// ExecutionByName finds the accepted call with an execution ID such as HUMA-12345678.
	ExecutionByName(ctx context.Context, executionID string) (storage.Execution, error)
}

// StatusStore returns the status of the engine, and hints at changes.
type StatusStore interface {
	Runtime(context.Context) (rt storage.Runtime, alive bool, err error)
	Nodes(context.Context) ([]storage.Node, error)
	Counts(context.Context) (storage.Counts, error)
	AddActivity(context.Context, storage.Activity) error
	// Changes hints at changed records until ctx ends. Hints that were not received merge.
	Changes(ctx context.Context) <-chan storage.Change
}
