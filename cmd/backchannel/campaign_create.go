package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"backchannel/storage"
)

// aboutOutcomes explains the values of --outcome and --share.
const aboutOutcomes = "The outcome of a message is a choice of backchannel, not a feature of Journey Optimizer: magic addresses such as\n" +
	"bounce@example.com decide first, then --outcome, then --share; all other messages are delivered. An OUTCOME is delivered,\n" +
	"sent, bounce, bounce-hard, bounce-soft, bounce-late, error, excluded, duplicate, reordered, slow, mix, or code-N for a\n" +
	"failure code; of the bounces, SMS has only bounce. In a PATTERN, * stands for any characters and ? for one. The same seed\n" +
	"gives the same run."

// campaignCreateCommand returns the command that creates a campaign. It reads all flags before it
// opens the store, and saves with the errors found so far, so that all errors are reported at once.
func campaignCreateCommand(s campaignSession) *cobra.Command {
	var flags campaignFlags
	cmd := &cobra.Command{
		Use:   "create --name NAME",
		Short: "Create a campaign",
		Long: "Creates a campaign as a draft, or as a live one with --activate. Nothing is saved unless every field is valid; all\n" +
			"invalid fields are reported at once. It warns if no events will follow from the campaign's messages, and says why.\n\n" + aboutOutcomes,
		Example: `backchannel campaign create --name welcome --webhooks --activate
backchannel campaign create --name codes --channel sms --webhooks --outcome '+1555*=code-402' --share error=2.5 --seed 7
backchannel campaign create --name autumn --start 2026-10-01T08:00:00Z --end +30d`,
		Args: exactly(),
	}
	flags.register(cmd.Flags())
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		p := s.parser(cmd)
		c := storage.NewCampaign()
		flags.apply(p, &c.CampaignSettings, s.now())
		if flags.activate {
			// Activating before saving makes it one change: a campaign that is created live must
			// not be seen as a draft in between.
			c, _ = c.Activate() // a draft can always be activated
		}
		return s.withStore(cmd.Context(), func(store wholeStore) error {
			return s.saveCampaign(cmd.Context(), store, c, p.bad)
		})
	}
	return reportingFlagErrors(cmd)
}

// saveCampaign saves a campaign and shows it. If some flags could not be parsed, it saves nothing
// and reports them together with the other invalid fields.
func (s campaignSession) saveCampaign(ctx context.Context, store campaignStore, c storage.Campaign, unreadable storage.FieldErrors) error {
	if len(unreadable) > 0 {
		// Validation sees the default in place of what could not be parsed, so AndInvalid drops its
		// errors about the same fields.
		return unreadable.AndInvalid(namedByFlag(store.CheckCampaign(ctx, c)))
	}
	if err := store.SaveCampaigns(ctx, &c); err != nil {
		return namedByFlag(err)
	}
	if err := s.warnOfCampaign(ctx, store, c.Latest()); err != nil {
		return err
	}
	return s.showCampaign(ctx, store, c)
}

// namedByFlag names the fields in an error by their flags. It returns other errors unchanged.
func namedByFlag(err error) error {
	var fields storage.FieldErrors
	if errors.As(err, &fields) {
		return byFlag(fields)
	}
	return err
}
