package tui

import (
	"context"

	"backchannel/storage"
	"backchannel/storage/export"
	"backchannel/tui/screen"
)

// shared is what the screens of this package see besides.
type shared struct {
	*screen.Env
	Store  Store
	Rules  storage.Rules
	CA     string // path of the certificate by which clients trust the built-in receiver
	Export func(context.Context, export.Request) (export.Result, error)
	Resend func(ctx context.Context, r storage.Receipt, to string) (storage.Attempt, error)
	fire   *firing
}
