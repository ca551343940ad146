package main

import (
	"github.com/spf13/cobra"

	"backchannel/storage/export"
	"backchannel/storage/inventory"
)

// webhookExportCommand returns the command that writes webhooks and campaigns for apply.
func webhookExportCommand(s webhookSession) *cobra.Command {
	var withSecrets bool
	cmd := &cobra.Command{
		Use:   "export [NAME]…",
		Short: "Write webhooks and campaigns in the form that apply reads",
		Long: "Writes the named webhooks, or all of them and then all campaigns, as JSON objects in the form that apply reads, one per\n" +
			"line. Secrets are masked; apply keeps the secrets of webhooks that exist.",
		Example: `backchannel webhook export > webhooks.ndjson
backchannel webhook export acme --with-secrets`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.withStore(cmd.Context(), func(store wholeStore) error {
				// Unknown names are an error before anything is written, because a script would not notice that some
				// webhooks are missing in the file.
				all, err := inventory.Select(cmd.Context(), store, args...)
				if err != nil {
					return explainMissing(err)
				}
				for _, w := range all {
					if err := s.out.object(export.Configuration(w, withSecrets)); err != nil {
						return err
					}
				}
				// A name can only be that of a webhook here. Campaigns by name are exported by
				// campaign export.
				if len(args) > 0 {
					return nil
				}
				return campaignSession(s).exportCampaigns(cmd.Context(), store)
			})
		},
	}
	cmd.Flags().BoolVar(&withSecrets, "with-secrets", false, "write secrets unmasked")
	return cmd
}
