package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"backchannel/storage/file"
	"backchannel/storage/inventory"
)

func webhookApplyCommand(s webhookSession) *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   "apply -f FILE",
		Short: "Create and change webhooks from a file",
		Long: "Reads webhooks as export writes them: JSON objects, one after the other. A webhook that does not exist is created,\n" +
			"one of the same name is changed; what its object omits stays as it is. Webhooks that are as the file says are left\n" +
			"alone. Webhooks of a file may swap their organizations and sandboxes. Nothing is saved unless every webhook is valid.",
		Example: `backchannel webhook apply -f webhooks.ndjson
backchannel webhook export | backchannel --data /tmp/other webhook apply -f -`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := must(cmd, "file", path); err != nil {
				return err
			}
			return s.withStore(cmd.Context(), func(store webhookStore) error {
				return s.applyFile(cmd.Context(), store, path)
			})
		},
	}
	cmd.Flags().StringVarP(&path, "file", "f", "", "`FILE` to read; - is stdin")
	return cmd
}

func (s webhookSession) applyFile(ctx context.Context, store webhookStore, path string) error {
	text, err := s.readFile(ctx, "file", path, file.MaxApply)
	if err != nil {
		return err
	}
	content, err := inventory.Read(ctx, store, s.rules(), text)
	if err != nil {
		return err
	}
	if err := content.Save(ctx, store); err != nil {
		return fmt.Errorf("apply %s: %w", path, err)
	}
	for _, w := range content.Webhooks {
		s.warn(w.Warnings(ctx, s.rules()))
		if err := s.showApplied(ctx, store, w); err != nil {
			return err
		}
	}
	return nil
}

func (s webhookSession) showApplied(ctx context.Context, store webhookStore, w inventory.Webhook) error {
	switch {
	case s.settings.json():
		return s.showWebhook(ctx, store, w.Webhook)
	case w.Unchanged:
		s.note("unchanged %s", w.Name)
	default:
		s.note("applied %s", w.Name)
	}
	return nil
}

// readFile reads the file that a flag names, or stdin for "-".
func (s *stdio) readFile(ctx context.Context, flag, path string, limit int) ([]byte, error) {
	text, err := file.ReadNamed(ctx, path, s.in, limit)
	if errors.Is(err, context.Canceled) {
		return nil, err
	}
	if err != nil {
		return nil, invalid(flag, "cannot be read: %v", err)
	}
	return text, nil
}
