package main

import (
	"context"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/export"
	"backchannel/storage/inventory"
	"backchannel/storage/words"
)

// webhookListCommand returns the command that lists webhooks.
func webhookListCommand(s webhookSession) *cobra.Command {
	return s.listing(&cobra.Command{
		Use:   "list",
		Short: "List the webhooks, newest first",
		Long:  "Lists the webhooks, newest first.",
		Example: `backchannel webhook list
backchannel webhook list --filter 'state:paused channel:email'
backchannel webhook list --limit 10 --output json`,
	}, storage.WebhookFilter(), "sandbox:prod outcome:failed", func(ctx context.Context, store wholeStore, of storage.Filter, limit int) error {
		return s.listWebhooks(ctx, store, of, limit)
	})
}

// listWebhooks lists the webhooks that a filter selects.
func (s webhookSession) listWebhooks(ctx context.Context, store webhookStore, of storage.Filter, limit int) error {
	all, err := inventory.Choose(ctx, store, of, limit)
	if err != nil {
		return err
	}
	// Read once for the whole list, and shared by all rows whose URL is @receiver.
	base, err := s.receiverURL(ctx, store)
	if err != nil {
		return err
	}
	rows := table{head: []string{"NAME", "CHANNELS", "URL", "AUTH", "ORGANIZATION", "SANDBOX", "STATE"}}
	for _, w := range all {
		if s.settings.json() {
			if err := s.out.object(export.OfWebhook(w, base)); err != nil {
				return err
			}
			continue
		}
		rows.add(w.Name, words.List(w.Channels), formatURL(w, base), formatAuth(w), w.Organization, w.Sandbox.Name, formatState(w))
	}
	s.list(&rows, emptyText("webhooks", "create one with backchannel webhook create --name NAME --channel email", of))
	return nil
}

// formatURL returns a webhook's URL. It replaces @receiver by the receiver's URL, and marks
// endpoints whose certificate is not verified.
func formatURL(w storage.Webhook, base string) string {
	if w.URL == storage.BuiltinReceiver && base != "" {
		return w.Target(base) + " (" + storage.BuiltinReceiver + ")"
	}
	// The only setting with which deliveries may go to anyone, so it is visible in every list.
	if w.Delivery.TLS.SkipVerify {
		return w.ShownURL() + " (not verified)"
	}
	return w.ShownURL()
}

// formatAuth returns the authentication of a webhook on one line.
func formatAuth(w storage.Webhook) string {
	if w.Auth.Type == storage.AuthJWT {
		return "jwt " + string(w.Auth.JWT.Algorithm)
	}
	return string(w.Auth.Type)
}

// formatState returns the state of a webhook and, if the engine has set it, the reason.
func formatState(w storage.Webhook) string {
	if w.StateReason != "" {
		return string(w.State) + " (" + w.StateReason + ")"
	}
	return string(w.State)
}
