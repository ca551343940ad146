package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"backchannel/storage"
	"backchannel/storage/sqlite"
)

func receiptListCommand(a *app) *cobra.Command {
	var choice receiptChoice
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the receipts, newest first",
		Long:  "Lists the receipts, newest first.\n\n" + filterHelp(),
		Example: `backchannel receipt list --limit 20
backchannel receipt list --filter 'status:bounce -auth:pass since:10m'`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			q, err := choice.query(a)
			if err != nil {
				return err
			}
			return a.withStore(cmd.Context(), func(store *sqlite.Store) error {
				return a.listReceipts(cmd.Context(), store, q)
			})
		},
	}
	choice.register(cmd.Flags(), "at most `N`, the newest (default: all)")
	return collecting(cmd)
}

// A receiptChoice is which receipts to show, as the flags say.
type receiptChoice struct {
	filter string
	limit  int
}

func (c *receiptChoice) register(f *pflag.FlagSet, limitHelp string) {
	f.StringVar(&c.filter, "filter", "", "only those that `EXPR` chooses, such as 'status:bounce auth:fail'")
	f.IntVar(&c.limit, "limit", 0, limitHelp)
}

func (c receiptChoice) query(a *app) (storage.ReceiptQuery, error) {
	p := parser{bad: a.unread}
	if c.limit < 0 {
		p.add("limit", "%d is negative; use 0 or more", c.limit)
	}
	return storage.ReceiptQuery{Filter: p.filter(c.filter, a.now()), Limit: c.limit}, p.bad.Err()
}

// filterHelp says what filters are made of.
func filterHelp() string {
	return "A filter is terms that must all hold, KEY:VALUE, or -KEY:VALUE to negate one; values with spaces stand in double quotes.\n" +
		"Keys are " + strings.Join(storage.FilterKeys(), " ") + ";\n" +
		"is: takes " + strings.Join(storage.FilterValues("is"), ", ") + "; since: and until: take 10m, 7d or a time; code: takes 204 or 5xx."
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
			return err
		}
		if err := a.showReceipt(&rows, r); err != nil {
			return err
		}
		if a.out.closed() {
			return nil
		}
	}
	if len(q.Filter.Terms) > 0 {
		a.list(&rows, "no receipts that the filter chooses")
		return nil
	}
	a.list(&rows, "no receipts; fire an event at a webhook whose URL is @receiver: backchannel fire bounce --webhook NAME --wait")
	return nil
}
