package main

import (
	"github.com/spf13/cobra"

	"backchannel/cmd/backchannel/internal/view"
	"backchannel/storage"
	"backchannel/storage/sqlite"
)

func webhookListCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the webhooks",
		Example: "backchannel webhook list",
		Args:    exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withStore(cmd.Context(), func(store *sqlite.Store) error {
				all, err := store.Webhooks(cmd.Context())
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
}

func (a *app) listWebhooks(all []storage.Webhook, base string) error {
	rows := table{head: []string{"NAME", "CHANNELS", "URL", "AUTH", "ORGANIZATION", "SANDBOX", "STATE"}}
	for _, w := range all {
		if a.settings.json() {
			if err := a.out.object(view.OfWebhook(w, base)); err != nil {
				return err
			}
			continue
		}
		rows.add(w.Name, listed(w.Channels), shownURL(w, base), shownAuth(w), w.Organization, w.Sandbox.Name, shownState(w))
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
		return w.URL + " (not verified)"
	}
	return w.URL
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
