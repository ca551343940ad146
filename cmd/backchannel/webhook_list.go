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

func webhookListCommand(s webhookSession) *cobra.Command {
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
			return s.withStore(cmd.Context(), func(store *sqlite.Store) error {
				all, err := newestWebhooks(cmd.Context(), store, limit)
				if err != nil {
					return err
				}
				base, err := s.receiverURL(cmd.Context(), store)
				if err != nil {
					return err
				}
				return s.listWebhooks(all, base)
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

func (s webhookSession) listWebhooks(all []storage.Webhook, base string) error {
	rows := table{head: []string{"NAME", "CHANNELS", "URL", "AUTH", "ORGANIZATION", "SANDBOX", "STATE"}}
	for _, w := range all {
		if s.settings.json() {
			if err := s.out.object(export.OfWebhook(w, base)); err != nil {
				return err
			}
			continue
		}
		rows.add(w.Name, words.List(w.Channels), shownURL(w, base), shownAuth(w), w.Organization, w.Sandbox.Name, shownState(w))
	}
	s.list(&rows, "no webhooks; make one with backchannel webhook create --name NAME --channel email")
	return nil
}

// list writes the rows, or says on stderr what to do when there are none.
func (s *session) list(rows *table, empty string) {
	switch {
	case s.settings.json():
	case len(rows.rows) == 0:
		s.note("%s", empty)
	default:
		rows.write(s.out, s.out.width())
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
