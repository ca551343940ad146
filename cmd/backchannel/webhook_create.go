package main

import (
	"context"

	"github.com/spf13/cobra"

	"backchannel/storage"
)

// webhookCreateCommand returns the command that creates a webhook. It reads all flags before it
// opens the store, and saves with the errors found so far, so that all errors are reported at once.
func webhookCreateCommand(s webhookSession) *cobra.Command {
	var flags webhookFlags
	cmd := &cobra.Command{
		Use:   "create --name NAME --channel CHANNELS",
		Short: "Create a webhook",
		Long:  "Creates a webhook. Nothing is saved unless every field is valid; all invalid fields are reported at once.",
		Example: `backchannel webhook create --name acme --channel email,sms
backchannel webhook create --name acme --channel email --org 1234567890ABCDEF12345678@AdobeOrg --sandbox dev \
  --url https://hooks.example.com/feedback --auth jwt --jwt-secret env:ACME_KEY --header 'X-Team: mail'`,
		Args: exactly(),
	}
	flags.register(cmd.Flags())
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		w := storage.NewWebhook()
		bad := flags.apply(s.session, &w, cmd.Flags().Changed)
		return s.withStore(cmd.Context(), func(store wholeStore) error {
			return s.saveWebhook(cmd.Context(), store, w, bad)
		})
	}
	return reportingFlagErrors(cmd)
}

// saveWebhook saves a webhook and shows it. If some flags could not be parsed, it saves nothing and
// reports them together with the other invalid fields.
func (s webhookSession) saveWebhook(ctx context.Context, store webhookStore, w storage.Webhook, unreadable storage.FieldErrors) error {
	if len(unreadable) > 0 {
		return unreadable.AndInvalid(store.CheckWebhook(ctx, w))
	}
	save := store.UpdateWebhook
	if w.ID == 0 {
		save = store.CreateWebhook
	}
	if err := save(ctx, &w); err != nil {
		return err
	}
	// The receiver of another process reads the webhooks again after a hint. A script that fires at once
	// would otherwise be answered 404.
	if err := awaitEffect(ctx, store); err != nil {
		return err
	}
	s.warn(w.Warnings(ctx, s.rules()))
	return s.showWebhook(ctx, store, w)
}
