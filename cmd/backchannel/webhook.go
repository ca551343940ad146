package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"backchannel/receiver"
	"backchannel/storage"
	"backchannel/storage/export"
	"backchannel/storage/sqlite"
	"backchannel/storage/words"
)

// A webhookSession shows and saves webhooks.
type webhookSession struct{ *session }

func webhookCommand(s webhookSession) *cobra.Command {
	return parent(&cobra.Command{
		Use:   "webhook",
		Short: "Keep feedback webhooks",
		Example: `backchannel webhook create --name acme --channel email
backchannel webhook list
backchannel webhook edit acme --timeout 5s`,
	}, webhookListCommand(s), webhookShowCommand(s), webhookCreateCommand(s), webhookEditCommand(s), webhookDeleteCommand(s),
		webhookStateCommand(s, pauseWebhook), webhookStateCommand(s, resumeWebhook), webhookApplyCommand(s), webhookExportCommand(s))
}

// findWebhook takes a name or an ID.
func findWebhook(ctx context.Context, store *sqlite.Store, name string) (storage.Webhook, error) {
	w, err := store.WebhookByName(ctx, name)
	if !errors.Is(err, storage.ErrNotFound) {
		return w, err
	}
	if id, bad := storage.ParseID(name); bad == nil {
		if w, err = store.Webhook(ctx, id); !errors.Is(err, storage.ErrNotFound) {
			return w, err
		}
	}
	return storage.Webhook{}, noWebhook(ctx, store, name)
}

func noWebhook(ctx context.Context, store *sqlite.Store, name string) error {
	all, err := store.Webhooks(ctx)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return notFoundf("there is no webhook %q, and no other; make one with backchannel webhook create", name)
	}
	names := make([]string, len(all))
	for i, w := range all {
		names[i] = w.Name
	}
	return notFoundf("there is no webhook %q; backchannel webhook list names them all%s", name, words.DidYouMean(name, names))
}

// receiverURL is where the built-in receiver is: where the leader says, else where it
// would be. It is empty when any free port would do.
func (s *session) receiverURL(ctx context.Context, store *sqlite.Store) (string, error) {
	rt, alive, err := store.Runtime(ctx)
	if err != nil {
		return "", err
	}
	if alive && rt.ReceiverURL != "" {
		return rt.ReceiverURL, nil
	}
	return receiver.BaseURL(s.settings.listen, s.settings.hosts), nil
}

// showWebhook shows a webhook after it was found or saved.
func (s webhookSession) showWebhook(ctx context.Context, store *sqlite.Store, w storage.Webhook) error {
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

// changed reads a webhook again and shows it.
func (s webhookSession) changed(ctx context.Context, store *sqlite.Store, id storage.ID) error {
	w, err := store.Webhook(ctx, id)
	if err != nil {
		return err
	}
	return s.showWebhook(ctx, store, w)
}
