package main

import (
	"github.com/spf13/cobra"

	"backchannel/storage/export"
	"backchannel/storage/sqlite"
)

func webhookExportCommand(s webhookSession) *cobra.Command {
	var withSecrets bool
	cmd := &cobra.Command{
		Use:   "export [NAME]…",
		Short: "Write webhooks for apply to read",
		Long:  "Writes webhooks, all of them unless some are named, as JSON, one a line, for apply to read.\nSecrets are masked; apply then leaves those that it finds as they are.",
		Example: `backchannel webhook export > webhooks.ndjson
backchannel webhook export acme --with-secrets`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.withStore(cmd.Context(), func(store *sqlite.Store) error {
				return s.exportWebhooks(cmd, store, args, withSecrets)
			})
		},
	}
	cmd.Flags().BoolVar(&withSecrets, "with-secrets", false, "write secrets in the clear")
	return cmd
}

func (s webhookSession) exportWebhooks(cmd *cobra.Command, store *sqlite.Store, names []string, withSecrets bool) error {
	all, err := store.Webhooks(cmd.Context())
	if err != nil {
		return err
	}
	if len(names) > 0 {
		all = nil
	}
	for _, name := range names {
		w, err := findWebhook(cmd.Context(), store, name)
		if err != nil {
			return err
		}
		all = append(all, w)
	}
	for _, w := range all {
		if err := s.out.object(export.Configuration(w, withSecrets)); err != nil {
			return err
		}
	}
	return nil
}
