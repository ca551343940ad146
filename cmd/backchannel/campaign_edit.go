package main

import (
	"context"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/export"
)

// campaignEditCommand returns the command that changes a campaign.
func campaignEditCommand(s campaignSession) *cobra.Command {
	var flags campaignFlags
	cmd := &cobra.Command{
		Use:   "edit NAME [flags]",
		Short: "Change a campaign",
		Long: "Changes the settings whose flags are given; the others stay as they are. --outcome and --share replace the whole\n" +
			"list; an empty one removes it. The changes of a live campaign are a draft: calls use them once it is activated, here\n" +
			"with --activate. A stopped campaign cannot be changed. If someone else changes the campaign meanwhile, saving it is a\n" +
			"conflict.\n\n" + aboutOutcomes,
		Example: `backchannel campaign edit welcome --webhooks --activate
backchannel campaign edit welcome --outcome '*@example.com=bounce' --outcome '*=sent'
backchannel campaign edit welcome --share '' --end ''`,
		Args: exactly(campaignArgument),
	}
	flags.register(cmd.Flags())
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return s.onCampaign(func(ctx context.Context, store campaignStore, c storage.Campaign) error {
			return s.editCampaign(ctx, store, c, &flags, s.parser(cmd))
		})(cmd, args)
	}
	return reportingFlagErrors(cmd)
}

// editCampaign changes a campaign as the flags say. It does not save settings that change nothing,
// because they would make a draft that equals the live settings.
func (s campaignSession) editCampaign(ctx context.Context, store campaignStore, c storage.Campaign, flags *campaignFlags, p *parser) error {
	// Edit starts from the draft if there is one: an edit of the live settings would lose the
	// changes that wait in the draft.
	to := c.Latest()
	flags.apply(p, &to, s.now())
	edited, err := c.Edit(to)
	if err != nil {
		return err
	}
	if same := export.SameSettings(to, c.Latest()); same && len(p.bad) == 0 && !flags.activate {
		s.note("%s has these settings already; nothing was saved", c.Name)
		return s.showCampaign(ctx, store, c)
	} else if same && c.Draft == nil {
		edited = c // without a draft that changes nothing
	}
	// Activating applies to the draft that the edit has just made, so both are saved in one change.
	if flags.activate {
		if edited, err = edited.Activate(); err != nil {
			return err
		}
	}
	if err := s.saveCampaign(ctx, store, edited, p.bad); err != nil {
		return err
	}
	s.noteDraft(edited)
	return nil
}

// noteDraft says that the changes of a live campaign are a draft, and how to activate it.
func (s campaignSession) noteDraft(c storage.Campaign) {
	if c.Draft != nil {
		s.note("%s is live, so this is a draft; calls use the live settings until %s", c.Name, storage.ActivateCommand(c.Name))
	}
}
