package main

import (
	"context"

	"github.com/spf13/cobra"

	"backchannel/storage/export"
	"backchannel/storage/inventory"
)

// campaignApplyCommand returns the same command as webhook apply, because a file may contain both
// kinds and a person looks for it under either.
func campaignApplyCommand(s campaignSession) *cobra.Command {
	return applyCommand(webhookSession(s), &cobra.Command{
		Short: "Create and change campaigns and webhooks from a file",
		Example: `backchannel campaign apply -f campaigns.ndjson
backchannel campaign export | backchannel --data /tmp/other campaign apply -f -`,
	})
}

// campaignExportCommand returns the command that writes campaigns for apply. Unlike webhooks,
// campaigns have no secrets, so it has no --with-secrets.
func campaignExportCommand(s campaignSession) *cobra.Command {
	return &cobra.Command{
		Use:   "export [NAME]…",
		Short: "Write campaigns in the form that apply reads",
		Long: "Writes the named campaigns, or all of them, as JSON objects in the form that apply reads, one per line. In another data\n" +
			"folder apply creates the same campaigns, with their ids, status and drafts. webhook export writes webhooks and campaigns.",
		Example: `backchannel campaign export > campaigns.ndjson
backchannel campaign export welcome`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.withStore(cmd.Context(), func(store wholeStore) error {
				return s.exportCampaigns(cmd.Context(), store, args...)
			})
		},
	}
}

// exportCampaigns writes the named campaigns, or all of them.
func (s campaignSession) exportCampaigns(ctx context.Context, store campaignStore, names ...string) error {
	all, err := inventory.SelectCampaigns(ctx, store, names...)
	if err != nil {
		return explainMissing(err)
	}
	for _, c := range all {
		if err := s.out.object(export.CampaignConfiguration(c)); err != nil {
			return err
		}
	}
	return nil
}
