package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/sqlite"
)

func webhookCreateCommand(s webhookSession) *cobra.Command {
	var flags webhookFlags
	cmd := &cobra.Command{
		Use:   "create --name NAME --channel CHANNELS",
		Short: "Make a webhook",
		Long:  "Makes a webhook. Nothing is kept until every field is valid; all that are not are told at once.",
		Example: `backchannel webhook create --name acme --channel email,sms
backchannel webhook create --name acme --channel email --org 1234567890ABCDEF12345678@AdobeOrg --sandbox dev \
  --url https://hooks.example.com/feedback --auth jwt --jwt-secret env:ACME_KEY --header 'X-Team: mail'`,
		Args: exactly(),
	}
	flags.register(cmd.Flags())
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		w := storage.NewWebhook()
		bad := flags.apply(s.session, &w, cmd.Flags().Changed)
		return s.withStore(cmd.Context(), func(store *sqlite.Store) error {
			return s.saveWebhook(cmd.Context(), store, w, bad)
		})
	}
	return reportingFlagErrors(cmd)
}

// saveWebhook keeps a webhook and shows it, unless something could not be read: then it
// tells that along with what else is wrong.
func (s webhookSession) saveWebhook(ctx context.Context, store *sqlite.Store, w storage.Webhook, unread storage.FieldErrors) error {
	if len(unread) > 0 {
		return alsoInvalid(unread, store.CheckWebhook(ctx, w))
	}
	save := store.UpdateWebhook
	if w.ID == 0 {
		save = store.CreateWebhook
	}
	if err := save(ctx, &w); err != nil {
		return err
	}
	if err := untilHeard(ctx, store); err != nil {
		return err
	}
	s.warn(w.Warnings(ctx, s.rules()))
	return s.showWebhook(ctx, store, w)
}

// alsoInvalid adds what is invalid to what could not be read, but for the fields that this
// is about: there the default stands.
func alsoInvalid(unread storage.FieldErrors, invalid error) error {
	all := slices.Clone(unread)
	var more storage.FieldErrors
	if invalid != nil && !errors.As(invalid, &more) {
		return invalid
	}
	for _, f := range more {
		about := func(u storage.FieldError) bool {
			return u.Field == f.Field || strings.HasPrefix(f.Field, u.Field+".") || strings.HasPrefix(u.Field, f.Field+"[")
		}
		if !slices.ContainsFunc(unread, about) {
			all = append(all, f)
		}
	}
	return all.Err()
}
