package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"backchannel/storage/file"
	"backchannel/storage/inventory"
)

// webhookApplyCommand returns the command that saves the webhooks and campaigns of a file.
func webhookApplyCommand(s webhookSession) *cobra.Command {
	return applyCommand(s, &cobra.Command{
		Short: "Create and change webhooks and campaigns from a file",
		Example: `backchannel webhook apply -f webhooks.ndjson
backchannel webhook export | backchannel --data /tmp/other webhook apply -f -`,
	})
}

// aboutApply explains how a file is applied.
const aboutApply = "Reads webhooks and campaigns as export writes them: JSON objects, one after the other. An object whose \"kind\" is\n" +
	"\"Campaign\" is a campaign, any other is a webhook. A record that does not exist is created; a webhook of the same name, or\n" +
	"a campaign of the same id or name, is changed. Settings that an object omits are kept, and a record without changes is\n" +
	"not saved. Webhooks of a file may swap their organizations and sandboxes. Nothing is saved unless every object is valid.\n\n" +
	"A campaign that is created gets the ids and the status of the file; with the status Live it accepts calls at once. For one\n" +
	"that exists, the status Live makes the settings effective: a draft is activated, and a live campaign with new settings\n" +
	"gets a new version id. Without a status, changes of a live campaign are a draft, as with edit. The status Stopped stops it.\n" +
	"A campaign never becomes a draft again, and a stopped one is never changed."

// applyCommand completes an apply command. It takes webhooks and campaigns alike, under either
// parent.
func applyCommand(s webhookSession, cmd *cobra.Command) *cobra.Command {
	var path string
	cmd.Use, cmd.Long, cmd.Args = "apply -f FILE", aboutApply, exactly()
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := requireFlag(cmd, "file", path); err != nil {
			return err
		}
		return s.withStore(cmd.Context(), func(store wholeStore) error {
			return s.applyFile(cmd.Context(), store, path)
		})
	}
	cmd.Flags().StringVarP(&path, "file", "f", "", "`FILE` to read; - is stdin")
	return cmd
}

// applyFile saves the contents of a file, and notes for each record whether it was changed.
func (s webhookSession) applyFile(ctx context.Context, store wholeStore, path string) error {
	text, err := s.readFile(ctx, "file", path, file.MaxApply)
	if err != nil {
		return err
	}
	content, err := inventory.Read(ctx, store, s.rules(), text)
	if err != nil {
		return err
	}
	// Everything is saved in one transaction, which is what lets webhooks swap their sandboxes.
	if err := content.Save(ctx, store); err != nil {
		return fmt.Errorf("apply %s: %w", path, err)
	}
	// Warnings come after saving, because they do not prevent it.
	for _, w := range content.Webhooks {
		s.warn(w.Warnings(ctx, s.rules()))
		if s.settings.json() {
			if err := s.showWebhook(ctx, store, w.Webhook); err != nil {
				return err
			}
			continue
		}
		s.noteApplied(w.Name, w.Unchanged)
	}
	return campaignSession(s).showApplied(ctx, store, content.Campaigns)
}

// showApplied shows the campaigns of a file. Notes name the kind, because a webhook may have the
// same name.
func (s campaignSession) showApplied(ctx context.Context, store campaignStore, all []inventory.Campaign) error {
	for _, c := range all {
		if err := s.warnOfCampaign(ctx, store, c.Latest()); err != nil {
			return err
		}
		if s.settings.json() {
			if err := s.showCampaign(ctx, store, c.Campaign); err != nil {
				return err
			}
			continue
		}
		s.noteApplied("campaign "+c.Name, c.Unchanged)
		if !c.Unchanged {
			s.noteDraft(c.Campaign)
		}
	}
	return nil
}

// noteApplied notes whether a record was changed.
func (s *stdio) noteApplied(name string, unchanged bool) {
	if unchanged {
		s.note("unchanged %s", name)
		return
	}
	s.note("applied %s", name)
}

// readFile reads the file that a flag names, or stdin for "-".
func (s *stdio) readFile(ctx context.Context, flag, path string, limit int) ([]byte, error) {
	text, err := file.ReadNamed(ctx, path, s.in, limit)
	// Ctrl+C while stdin is read is not an error of the flag.
	if errors.Is(err, context.Canceled) {
		return nil, err
	}
	if err != nil {
		return nil, invalid(flag, "cannot be read: %v", err)
	}
	return text, nil
}
