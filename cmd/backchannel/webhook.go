package main

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/export"
	"backchannel/storage/inventory"
	"backchannel/storage/words"
)

// A webhookSession runs the commands that show and change webhooks.
type webhookSession struct{ *session }

// A webhookStore is the part of a store that these commands use.
type webhookStore interface {
	inventory.Store
	inventory.ChooseStore
	storage.RuntimeStore
	CreateWebhook(context.Context, *storage.Webhook) error
	UpdateWebhook(context.Context, *storage.Webhook) error
	// CheckWebhook returns the error that CreateWebhook or UpdateWebhook would return for a
	// webhook's fields.
	CheckWebhook(context.Context, storage.Webhook) error
	DeleteWebhook(context.Context, storage.ID) (cancelled int, err error)
	SetWebhookState(ctx context.Context, id storage.ID, state storage.WebhookState, reason string) error
	AttemptTallies(ctx context.Context, webhook storage.ID, until time.Time) (storage.AttemptTallies, error)
}

// webhookCommand returns the parent of the commands on webhooks.
func webhookCommand(s webhookSession) *cobra.Command {
	return parent(&cobra.Command{
		Use:   "webhook",
		Short: "Manage feedback webhooks",
		Example: `backchannel webhook create --name acme --channel email
backchannel webhook list
backchannel webhook edit acme --timeout 5s`,
	}, webhookListCommand(s), webhookShowCommand(s), webhookCreateCommand(s), webhookEditCommand(s), webhookDeleteCommand(s),
		webhookStateCommand(s, pauseWebhook), webhookStateCommand(s, resumeWebhook), webhookApplyCommand(s), webhookExportCommand(s))
}

// webhookArgument is the argument of the commands on one webhook.
const webhookArgument = "a webhook's NAME"

// onWebhook returns the RunE of a command whose argument names a webhook.
func (s webhookSession) onWebhook(run func(context.Context, webhookStore, storage.Webhook) error) runE {
	return func(cmd *cobra.Command, args []string) error {
		return s.withStore(cmd.Context(), func(store wholeStore) error {
			w, err := findWebhook(cmd.Context(), store, args[0])
			if err != nil {
				return err
			}
			return run(cmd.Context(), store, w)
		})
	}
}

// findWebhook finds a webhook by its name or ID.
func findWebhook(ctx context.Context, store inventory.FindStore, name string) (storage.Webhook, error) {
	w, err := inventory.Find(ctx, store, name)
	return w, explainMissing(err)
}

// explainMissing adds the command that helps to the error about a missing webhook or campaign.
func explainMissing(err error) error {
	var missing *inventory.NotFoundError
	switch {
	case !errors.As(err, &missing):
		return err
	// Without any record there is nothing to list, so the advice is to create one.
	case len(missing.Others) == 0:
		return notFoundf("%v; create one with backchannel %s create", err, missing.Kind)
	}
	return notFoundf("%v; backchannel %s list names them all%s", err, missing.Kind, words.DidYouMean(missing.Name, missing.Others))
}

// showWebhook shows a webhook that was found or saved.
func (s webhookSession) showWebhook(ctx context.Context, store webhookStore, w storage.Webhook) error {
	base, err := s.receiverURL(ctx, store)
	if err != nil {
		return err
	}
	if s.settings.json() {
		return s.out.object(export.OfWebhook(w, base))
	}
	s.webhookFacts(w, base).write(s.out, "")
	return nil
}

// awaitEffect waits until the receiver uses what this process has changed, so that a script can
// fire immediately.
func awaitEffect(ctx context.Context, store storage.RuntimeStore) error {
	return storage.AwaitEffect(ctx, store, os.Getpid())
}
