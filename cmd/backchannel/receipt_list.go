package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/sqlite"
)

func receiptListCommand(a *app) *cobra.Command {
	var limit int
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the receipts, newest first",
		Example: "backchannel receipt list --limit 20",
		Args:    exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if limit < 0 {
				return invalid("limit", "%d is negative; use 0 for all", limit)
			}
			return a.withStore(cmd.Context(), func(store *sqlite.Store) error {
				return a.listReceipts(cmd.Context(), store, storage.ReceiptQuery{Limit: limit})
			})
		},
	}
	cmd.Flags().IntVar(&limit, "limit", 0, "at most `N`, the newest (default: all)")
	return cmd
}

func (a *app) listReceipts(ctx context.Context, store *sqlite.Store, q storage.ReceiptQuery) error {
	rows := receiptTable()
	pages := pager[storage.Receipt]{
		limit: q.Limit,
		read: func(limit int, before storage.ID) ([]storage.Receipt, error) {
			q.Limit, q.Before = limit, before
			return store.Receipts(ctx, q)
		},
		id: func(r storage.Receipt) storage.ID { return r.ID },
	}
	for r, err := range pages.all() {
		if err != nil {
			return fmt.Errorf("list receipts: %w", err)
		}
		if err := a.showReceipt(&rows, r); err != nil {
			return err
		}
		if a.out.closed() {
			return nil
		}
	}
	a.list(&rows, "no receipts; fire an event at a webhook whose URL is @receiver: backchannel fire bounce --webhook NAME --wait")
	return nil
}
