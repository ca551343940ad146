package main

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/export"
	"backchannel/storage/inventory"
)

// campaignListCommand returns the command that lists campaigns.
func campaignListCommand(s campaignSession) *cobra.Command {
	return s.listing(&cobra.Command{
		Use:   "list",
		Short: "List the campaigns, newest first",
		Long:  "Lists the campaigns, newest first, with the number of accepted executions and of messages that were delivered, bounced\nor failed.",
		Example: `backchannel campaign list
backchannel campaign list --filter 'status:live is:silent'
backchannel campaign list --limit 10 --output json`,
	}, storage.CampaignFilter(), "status:live sandbox:prod", func(ctx context.Context, store wholeStore, of storage.Filter, limit int) error {
		return s.listCampaigns(ctx, store, of, limit)
	})
}

// listCampaigns lists the campaigns that a filter selects, with the number of messages in each
// state.
func (s campaignSession) listCampaigns(ctx context.Context, store campaignStore, of storage.Filter, limit int) error {
	all, err := inventory.ChooseCampaigns(ctx, store, of, limit)
	if err != nil {
		return err
	}
	// One query for all campaigns: counting each one's messages takes longer the more there are.
	counts, err := store.MessageCounts(ctx)
	if err != nil {
		return err
	}
	rows := table{head: []string{"NAME", "CHANNEL", "STATUS", "ENABLE WEBHOOKS", "EXECUTIONS", "DELIVERED", "BOUNCED", "FAILED"}}
	for _, c := range all {
		if s.settings.json() {
			if err := s.out.object(export.OfCampaign(c)); err != nil {
				return err
			}
			continue
		}
		n := func(state storage.MessageState) string { return strconv.FormatInt(counts[c.ID][state], 10) }
		rows.add(c.Name, string(c.Channel), formatCampaignStatus(c), onOff(c.Webhooks), strconv.FormatInt(c.Executions, 10),
			n(storage.MessageDelivered), n(storage.MessageBounce), n(storage.MessageError))
	}
	s.list(&rows, emptyText("campaigns", "create one with backchannel campaign create --name NAME --webhooks --activate", of))
	return nil
}
