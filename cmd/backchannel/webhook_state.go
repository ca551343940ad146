package main

import (
	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/sqlite"
)

// A stateChange is what pause and resume differ in.
type stateChange struct {
	name, short, long string
	state             storage.WebhookState
}

//nolint:gochecknoglobals // constants but for the language
var (
	pauseWebhook  = stateChange{"pause", "Hold deliveries back", "Holds a webhook's deliveries back: they queue and wait.", storage.Paused}
	resumeWebhook = stateChange{"resume", "Let deliveries go again", "Lets a paused webhook's deliveries go.", storage.Active}
)

func webhookStateCommand(s webhookSession, change stateChange) *cobra.Command {
	return &cobra.Command{
		Use:     change.name + " NAME",
		Short:   change.short,
		Long:    change.long,
		Example: "backchannel webhook " + change.name + " acme",
		Args:    exactly("a webhook's NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.withStore(cmd.Context(), func(store *sqlite.Store) error {
				w, err := findWebhook(cmd.Context(), store, args[0])
				if err != nil {
					return err
				}
				if err := store.SetWebhookState(cmd.Context(), w.ID, change.state, ""); err != nil {
					return err
				}
				return s.changed(cmd.Context(), store, w.ID)
			})
		},
	}
}
