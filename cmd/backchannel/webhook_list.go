package main

import (
	"cmp"
	"context"
	"slices"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/export"
	"backchannel/storage/sqlite"
	"backchannel/storage/words"
)

func webhookListCommand(a *app) *cobra.Command {
	var limit int
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the webhooks, newest first",
		Example: `backchannel webhook list
backchannel webhook list --limit 10 --output json`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if limit < 0 {
				return invalid("limit", "%d is negative; use 0 for all", limit)
			}
			return a.withStore(cmd.Context(), func(store *sqlite.Store) error {
				all, err := newestWebhooks(cmd.Context(), store, limit)
				if err != nil {
					return err
				}
				base, err := a.receiverURL(cmd.Context(), store)
				if err != nil {
					return err
				}
				return a.listWebhooks(all, base)
			})
		},
	}
	cmd.Flags().IntVar(&limit, "limit", 0, "at most `N`, the newest (default: all)")
	return cmd
}

func newestWebhooks(ctx context.Context, store *sqlite.Store, limit int) ([]storage.Webhook, error) {
	all, err := store.Webhooks(ctx)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b storage.Webhook) int { return cmp.Compare(b.ID, a.ID) })
	if limit > 0 {
		all = all[:min(limit, len(all))]
	}
	return all, nil
}

func (a *app) listWebhooks(all []storage.Webhook, base string) error {
	rows := table{head: []string{"NAME", "CHANNELS", "URL", "AUTH", "ORGANIZATION", "SANDBOX", "STATE"}}
	for _, w := range all {
		if a.settings.json() {
			if err := a.out.object(export.OfWebhook(w, base)); err != nil {
				return err
			}
			continue
		}
		rows.add(w.Name, words.List(w.Channels), shownURL(w, base), shownAuth(w), w.Organization, w.Sandbox.Name, shownState(w))
	}
	a.list(&rows, "no webhooks; make one with backchannel webhook create --name NAME --channel email")
	return nil
}

// list writes the rows, or says on stderr what to do when there are none.
func (a *app) list(rows *table, empty string) {
	switch {
	case a.settings.json():
	case len(rows.rows) == 0:
		a.note("%s", empty)
	default:
		rows.write(a.out, a.out.width())
	}
}

func shownURL(w storage.Webhook, base string) string {
	if w.URL == storage.BuiltinReceiver && base != "" {
		return w.Target(base) + " (" + storage.BuiltinReceiver + ")"
	}
	if w.Delivery.TLS.SkipVerify {
		return w.ShownURL() + " (not verified)"
	}
	return w.ShownURL()
}

func shownAuth(w storage.Webhook) string {
	if w.Auth.Type == storage.AuthJWT {
		return "jwt " + string(w.Auth.JWT.Algorithm)
	}
	return string(w.Auth.Type)
}

func shownState(w storage.Webhook) string {
	if w.StateReason != "" {
		return string(w.State) + " (" + w.StateReason + ")"
	}
	return string(w.State)
}
