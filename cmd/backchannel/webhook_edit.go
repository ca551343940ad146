package main

import (
	"context"

	"github.com/spf13/cobra"

	"backchannel/storage"
)

// webhookEditCommand returns the command that changes a webhook.
func webhookEditCommand(s webhookSession) *cobra.Command {
	var flags webhookFlags
	cmd := &cobra.Command{
		Use:   "edit NAME [flags]",
		Short: "Change a webhook",
		Long: "Changes the fields whose flags are given; the others stay as they are. --channel, --jwt-aud, --header and\n" +
			"--secret-header replace the whole list. The two header flags set one list, so give all headers again; an empty\n" +
			"--header '' removes them all. If someone else changes the webhook meanwhile, saving it is a conflict.",
		Example: `backchannel webhook edit acme --timeout 5s --retry 1s,5s
backchannel webhook edit acme --header ''`,
		Args: exactly(webhookArgument),
	}
	flags.register(cmd.Flags())
	// w has the version that was read, which UpdateWebhook compares with the stored one.
	cmd.RunE = s.onWebhook(func(ctx context.Context, store webhookStore, w storage.Webhook) error {
		// The flags are applied to the stored webhook, so that validation sees the fields that stay, too.
		bad := flags.apply(s.session, &w, cmd.Flags().Changed)
		return s.saveWebhook(ctx, store, w, bad)
	})
	return reportingFlagErrors(cmd)
}
