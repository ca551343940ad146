package main

import (
	"context"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/export"
	"backchannel/storage/inventory"
)

// A campaignSession runs the commands that show and change campaigns.
type campaignSession struct{ *session }

// A campaignStore is the part of a store that these commands use.
type campaignStore interface {
	inventory.CampaignChooseStore
	SaveCampaigns(context.Context, ...*storage.Campaign) error
	// CheckCampaign returns the error that SaveCampaigns would return for a campaign's fields.
	CheckCampaign(context.Context, storage.Campaign) error
	DeleteCampaign(context.Context, storage.ID) error
	MessageCounts(context.Context) (map[storage.ID]storage.MessageCounts, error)
}

// campaignCommand returns the parent of the commands on campaigns.
func campaignCommand(s campaignSession) *cobra.Command {
	return parent(&cobra.Command{
		Use:   "campaign",
		Short: "Manage transactional API-triggered campaigns",
		Long: "Manages transactional API-triggered campaigns. An application names a campaign in a call of the execution API, and the\n" +
			"campaign decides which messages and events follow. The receiver answers such calls in Journey Optimizer's place.\n" +
			"The outcomes of messages, unique names and how a campaign is stopped and copied are choices of backchannel.",
		Example: `backchannel campaign create --name welcome --channel email --webhooks --activate
backchannel campaign list
backchannel campaign edit welcome --outcome '*@example.com=bounce'
backchannel campaign activate welcome`,
	}, campaignListCommand(s), campaignShowCommand(s), campaignCreateCommand(s), campaignEditCommand(s), campaignStepCommand(s, activateCampaign),
		campaignStepCommand(s, stopCampaign), campaignDuplicateCommand(s), campaignDeleteCommand(s),
		campaignApplyCommand(s), campaignExportCommand(s))
}

// campaignArgument is the argument of the commands on one campaign.
const campaignArgument = "a campaign's NAME"

// onCampaign returns the RunE of a command whose argument names a campaign.
func (s campaignSession) onCampaign(run func(context.Context, campaignStore, storage.Campaign) error) runE {
	return func(cmd *cobra.Command, args []string) error {
		return s.withStore(cmd.Context(), func(store wholeStore) error {
			c, err := inventory.FindCampaign(cmd.Context(), store, args[0])
			if err != nil {
				return explainMissing(err)
			}
			return run(cmd.Context(), store, c)
		})
	}
}

// showCampaign shows a campaign that was found or saved.
func (s campaignSession) showCampaign(ctx context.Context, store campaignStore, c storage.Campaign) error {
	if s.settings.json() {
		return s.out.object(export.OfCampaign(c))
	}
	webhooks, err := store.Webhooks(ctx)
	if err != nil {
		return err
	}
	counts, err := store.MessageCounts(ctx)
	if err != nil {
		return err
	}
	s.campaignFacts(c, webhooks, counts[c.ID]).write(s.out, "")
	return nil
}

// warnOfCampaign warns of settings that are valid but probably a mistake, most often settings with
// which no events follow.
func (s campaignSession) warnOfCampaign(ctx context.Context, store campaignStore, c storage.CampaignSettings) error {
	webhooks, err := store.Webhooks(ctx)
	if err == nil {
		s.warn(byFlag(c.Warnings(c.Receiver(webhooks), s.now())))
	}
	return err
}
