package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/sqlite"
)

func webhookApplyCommand(a *app) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "apply -f FILE",
		Short: "Make and change webhooks as a file says",
		Long: "Reads webhooks as export writes them: JSON objects, one after the other. Each is made, or changed if there is\n" +
			"one of its name; what an object leaves out stays as it is. Nothing is kept until every webhook is valid.",
		Example: `backchannel webhook apply -f webhooks.ndjson
backchannel webhook export | backchannel --data /tmp/other webhook apply -f -`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := must(cmd, "file", file); err != nil {
				return err
			}
			return a.withStore(cmd.Context(), func(store *sqlite.Store) error {
				return a.applyFile(cmd.Context(), store, file)
			})
		},
	}
	cmd.Flags().StringVarP(&file, "file", "f", "", "`FILE` to read; - is stdin")
	return cmd
}

func (a *app) applyFile(ctx context.Context, store *sqlite.Store, file string) error {
	text, err := a.readFile("file", file)
	if err != nil {
		return err
	}
	webhooks, err := a.readWebhooks(ctx, store, text)
	if err != nil {
		return err
	}
	all := make([]*storage.Webhook, len(webhooks))
	for i := range webhooks {
		all[i] = &webhooks[i]
	}
	if err := store.SaveWebhooks(ctx, all...); err != nil {
		return fmt.Errorf("apply %s: %w", file, err)
	}
	for _, w := range webhooks {
		a.warn(w.Warnings(a.rules()))
		if err := a.showApplied(ctx, store, w); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) showApplied(ctx context.Context, store *sqlite.Store, w storage.Webhook) error {
	if a.settings.json() {
		return a.showWebhook(ctx, store, w)
	}
	a.note("applied %s", w.Name)
	return nil
}

// readFile reads a file that a flag names, or stdin for "-".
func (a *app) readFile(flag, path string) ([]byte, error) {
	read := func() ([]byte, error) { return os.ReadFile(path) }
	if path == "-" {
		read = func() ([]byte, error) { return io.ReadAll(a.in) }
	}
	text, err := read()
	if err != nil {
		return nil, invalid(flag, "cannot be read: %v", err)
	}
	return text, nil
}
