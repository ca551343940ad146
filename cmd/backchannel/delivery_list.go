package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/sqlite"
)

func deliveryListCommand(a *app) *cobra.Command {
	var webhook string
	var states []string
	var limit int
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the deliveries, newest first",
		Example: `backchannel delivery list --webhook acme --limit 20
backchannel delivery list --state retrying,failed`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			q, err := deliveryQuery(states, limit)
			if err != nil {
				return err
			}
			return a.withStore(cmd.Context(), func(store *sqlite.Store) error {
				if webhook != "" {
					w, err := findWebhook(cmd.Context(), store, webhook)
					if err != nil {
						return err
					}
					q.WebhookID = w.ID
				}
				return a.listDeliveries(cmd.Context(), store, q)
			})
		},
	}
	cmd.Flags().StringVar(&webhook, "webhook", "", "only those to this webhook, by `NAME`")
	cmd.Flags().StringSliceVar(&states, "state", nil, "only those in these `STATES`: "+listed(storage.States()))
	cmd.Flags().IntVar(&limit, "limit", 0, "at most `N`, the newest (default: all)")
	return cmd
}

func deliveryQuery(states []string, limit int) (q storage.DeliveryQuery, err error) {
	var bad storage.FieldErrors
	if limit < 0 {
		bad = append(bad, storage.FieldError{Field: "limit", Reason: fmt.Sprintf("%d is negative; use 0 for all", limit)})
	}
	for _, text := range states {
		state := storage.State(text)
		if !slices.Contains(storage.States(), state) {
			bad = append(bad, storage.FieldError{Field: "state", Reason: fmt.Sprintf("%q is unknown; use %s", text, listed(storage.States()))})
		}
		q.States = append(q.States, state)
	}
	q.Limit = limit
	return q, bad.Err()
}

func (a *app) listDeliveries(ctx context.Context, store *sqlite.Store, q storage.DeliveryQuery) error {
	rows := deliveryTable()
	pages := pager[storage.Delivery]{
		limit: q.Limit,
		read: func(limit int, before storage.ID) ([]storage.Delivery, error) {
			q.Limit, q.Before = limit, before
			return store.Deliveries(ctx, q)
		},
		id: func(d storage.Delivery) storage.ID { return d.ID },
	}
	for d, err := range pages.all() {
		if err != nil {
			return err
		}
		if err := a.showDelivery(&rows, d); err != nil {
			return err
		}
		if a.out.closed() {
			return nil
		}
	}
	a.list(&rows, "no deliveries; fire an event with backchannel fire bounce --webhook NAME")
	return nil
}
