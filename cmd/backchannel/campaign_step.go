package main

import (
	"context"

	"github.com/spf13/cobra"

	"backchannel/storage"
)

// A campaignStep declares what distinguishes activate and stop.
type campaignStep struct {
	name, short, long string
	take              func(storage.Campaign) (storage.Campaign, error)
	warns             bool // whether to warn if no events will follow
}

//nolint:gochecknoglobals // constants, as far as the language allows
var (
	activateCampaign = campaignStep{"activate", "Make a draft live", "Makes a draft live, or applies the draft of a live campaign. Each activation gives the campaign a new version ID.\n" +
		"It warns if no events will follow from the campaign's messages, and says why.", storage.Campaign.Activate, true}
	stopCampaign = campaignStep{"stop", "Stop a live campaign for good", "Stops a live campaign: calls of it fail from now on. Events that are already planned are still sent. In backchannel a\n" +
		"stopped campaign stays stopped; to continue, duplicate it and activate the copy. A draft of it is discarded.", storage.Campaign.Stop, false}
)

// campaignStepCommand returns the command of a step in a campaign's life.
func campaignStepCommand(s campaignSession, step campaignStep) *cobra.Command {
	return &cobra.Command{
		Use:     step.name + " NAME",
		Short:   step.short,
		Long:    step.long,
		Example: "backchannel campaign " + step.name + " welcome",
		Args:    exactly(campaignArgument),
		RunE: s.onCampaign(func(ctx context.Context, store campaignStore, c storage.Campaign) error {
			// The store compares versions when it saves, so a change by someone else since the read
			// is a conflict and not overwritten.
			c, err := step.take(c)
			if err != nil {
				return err
			}
			if err := store.SaveCampaigns(ctx, &c); err != nil {
				return namedByFlag(err)
			}
			if step.warns {
				if err := s.warnOfCampaign(ctx, store, c.CampaignSettings); err != nil {
					return err
				}
			}
			return s.showCampaign(ctx, store, c)
		}),
	}
}

// campaignDuplicateCommand returns the command that copies a campaign. It is how a stopped campaign
// is continued.
func campaignDuplicateCommand(s campaignSession) *cobra.Command {
	return &cobra.Command{
		Use:   "duplicate NAME",
		Short: "Copy a campaign as a new draft",
		Long: "Creates a draft with the settings of a campaign, those of its draft if it has one, under the name \"NAME copy\",\n" +
			"\"NAME copy 2\" and so on.",
		Example: "backchannel campaign duplicate welcome",
		Args:    exactly(campaignArgument),
		RunE: s.onCampaign(func(ctx context.Context, store campaignStore, c storage.Campaign) error {
			all, err := store.Campaigns(ctx)
			if err != nil {
				return err
			}
			// Both names of each campaign count as taken, because activating a draft makes its name
			// current.
			var taken []string
			for _, other := range all {
				taken = append(taken, other.Name, other.Latest().Name)
			}
			return s.saveCampaign(ctx, store, c.Duplicate(taken), nil)
		}),
	}
}

// campaignDeleteCommand returns the command that deletes a draft. It checks before it asks, because
// asking about something that is then refused would be confusing.
func campaignDeleteCommand(s campaignSession) *cobra.Command {
	return s.withYes(&cobra.Command{
		Use:   "delete NAME",
		Short: "Delete a draft",
		Long:  "Deletes a campaign that has never been live. Stop a live one instead.",
		Example: `backchannel campaign delete welcome
backchannel campaign delete welcome --yes`,
		Args: exactly(campaignArgument),
		RunE: s.onCampaign(func(ctx context.Context, store campaignStore, c storage.Campaign) error {
			if err := c.CheckDelete(); err != nil {
				return err
			}
			if err := s.confirm(ctx, "Delete campaign %s?", c.Name); err != nil {
				return err
			}
			if err := store.DeleteCampaign(ctx, c.ID); err != nil {
				return err
			}
			return s.deleted(campaignDeletion{c.UUID, c.Name}, c.Name)
		}),
	})
}

// A campaignDeletion is the JSON result of campaign delete.
type campaignDeletion struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}
