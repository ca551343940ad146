package main

import (
	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/sqlite"
)

func webhookCreateCommand(a *app) *cobra.Command {
	var flags webhookFlags
	cmd := &cobra.Command{
		Use:   "create --name NAME --channel CHANNELS",
		Short: "Make a webhook",
		Long:  "Makes a webhook. Nothing is kept until every field is valid; all that are not are told at once.",
		Example: `backchannel webhook create --name acme --channel email,sms
backchannel webhook create --name acme --channel email --org 1234567890ABCDEF12345678@AdobeOrg --sandbox dev \
  --url https://hooks.example.com/feedback --auth jwt --jwt-secret env:ACME_KEY --header 'X-Team: mail'`,
		Args: exactly(),
	}
	flags.register(cmd.Flags())
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		w := storage.NewWebhook()
		if err := a.readWebhook(&w, flags.apply(&w, cmd.Flags().Changed)); err != nil {
			return err
		}
		return a.withStore(cmd.Context(), func(store *sqlite.Store) error {
			if err := store.CreateWebhook(cmd.Context(), &w); err != nil {
				return err
			}
			a.warn(w.Warnings(a.rules()))
			return a.showWebhook(cmd.Context(), store, w)
		})
	}
	return cmd
}

// readWebhook reports what could not be read along with what is not valid. Without the
// former it leaves the latter to the store, which adds the conflicts.
func (a *app) readWebhook(w *storage.Webhook, bad storage.FieldErrors) error {
	if len(bad) == 0 {
		return nil
	}
	unread := map[string]bool{}
	for _, f := range bad {
		unread[f.Field] = true
	}
	w.Normalize()
	more, _ := w.Validate(a.rules()).(storage.FieldErrors) //nolint:errorlint // it answers nothing else, and never wrapped
	for _, f := range more {
		if !unread[f.Field] {
			bad = append(bad, f)
		}
	}
	return bad
}
