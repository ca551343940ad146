package main

import (
	"context"

	"github.com/spf13/cobra"

	"backchannel/storage"
)

// A stateChange declares what distinguishes pause and resume.
type stateChange struct {
	name, short, long string
	state             storage.WebhookState
}

//nolint:gochecknoglobals // constants, as far as the language allows
var (
	pauseWebhook  = stateChange{"pause", "Stop delivering for a webhook", "Pauses a webhook. Its deliveries are queued and wait until it is resumed.", storage.Paused}
	resumeWebhook = stateChange{"resume", "Resume a paused webhook", "Resumes a paused webhook. Its queued deliveries are sent.", storage.Active}
)

// webhookStateCommand returns the command that pauses a webhook, or the one that resumes it.
func webhookStateCommand(s webhookSession, change stateChange) *cobra.Command {
	return &cobra.Command{
		Use:     change.name + " NAME",
		Short:   change.short,
		Long:    change.long,
		Example: "backchannel webhook " + change.name + " acme",
		Args:    exactly(webhookArgument),
		RunE: s.onWebhook(func(ctx context.Context, store webhookStore, w storage.Webhook) error {
			if err := store.SetWebhookState(ctx, w.ID, change.state, ""); err != nil {
				return err
			}
			// Read again, because the store sets the version and the time of the change.
			w, err := store.Webhook(ctx, w.ID)
			if err != nil {
				return err
			}
			return s.showWebhook(ctx, store, w)
		}),
	}
}
