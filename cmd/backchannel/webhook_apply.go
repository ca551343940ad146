package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/file"
	"backchannel/storage/sqlite"
)

func webhookApplyCommand(s webhookSession) *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   "apply -f FILE",
		Short: "Make and change webhooks as a file says",
		Long: "Reads webhooks as export writes them: JSON objects, one after the other. Each is made, or changed if there is\n" +
			"one of its name; what an object leaves out stays as it is. One that says nothing new is left alone. Webhooks\n" +
			"may change organization and sandbox among themselves. Nothing is kept until every webhook is valid.",
		Example: `backchannel webhook apply -f webhooks.ndjson
backchannel webhook export | backchannel --data /tmp/other webhook apply -f -`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := must(cmd, "file", path); err != nil {
				return err
			}
			return s.withStore(cmd.Context(), func(store *sqlite.Store) error {
				return s.applyFile(cmd.Context(), store, path)
			})
		},
	}
	cmd.Flags().StringVarP(&path, "file", "f", "", "`FILE` to read; - is stdin")
	return cmd
}

func (s webhookSession) applyFile(ctx context.Context, store *sqlite.Store, path string) error {
	text, err := s.readFile(ctx, namedFile{"file", path}, file.MaxApply)
	if err != nil {
		return err
	}
	webhooks, err := s.readWebhooks(ctx, store, text)
	if err != nil {
		return err
	}
	var all []*storage.Webhook
	for i := range webhooks {
		if !webhooks[i].same {
			all = append(all, &webhooks[i].Webhook)
		}
	}
	if err := store.SaveWebhooks(ctx, all...); err != nil {
		return fmt.Errorf("apply %s: %w", path, err)
	}
	for _, w := range webhooks {
		s.warn(w.Warnings(ctx, s.rules()))
		if err := s.showApplied(ctx, store, w); err != nil {
			return err
		}
	}
	return nil
}

func (s webhookSession) showApplied(ctx context.Context, store *sqlite.Store, w applied) error {
	switch {
	case s.settings.json():
		return s.showWebhook(ctx, store, w.Webhook)
	case w.same:
		s.note("unchanged %s", w.Name)
	default:
		s.note("applied %s", w.Name)
	}
	return nil
}

// A namedFile is one that a flag names.
type namedFile struct{ flag, path string }

// readFile reads a file, or stdin for "-".
func (s *session) readFile(ctx context.Context, from namedFile, limit int) ([]byte, error) {
	text, err := file.ReadNamed(ctx, from.path, s.in, limit)
	if errors.Is(err, context.Canceled) {
		return nil, err
	}
	if err != nil {
		return nil, invalid(from.flag, "cannot be read: %v", err)
	}
	return text, nil
}
