package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"backchannel/storage"
	"backchannel/storage/sqlite"
	"backchannel/storage/words"
)

func receiptListCommand(s receiptSession) *cobra.Command {
	var choice receiptChoice
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the receipts, newest first",
		Long:  "Lists the receipts, newest first.\n\n" + filterHelp(),
		Example: `backchannel receipt list --limit 20
backchannel receipt list --webhook acme --status bounce,error --since 1h
backchannel receipt list --filter 'status:bounce -auth:pass since:10m'`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return choice.run(cmd, s.session, s.listReceipts)
		},
	}
	choice.register(cmd.Flags(), "at most `N`, the newest (default: all)")
	return reportingFlagErrors(cmd)
}

// A receiptChoice is which receipts to show, as the flags say.
type receiptChoice struct {
	webhook, since, filter string
	statuses               []string
	limit                  int
}

func (c *receiptChoice) register(f *pflag.FlagSet, limitHelp string) {
	c.registerChoice(f)
	f.IntVar(&c.limit, "limit", 0, limitHelp)
}

// registerChoice adds the flags by which receipts are chosen, however many there are.
func (c *receiptChoice) registerChoice(f *pflag.FlagSet) {
	f.StringVar(&c.webhook, "webhook", "", "only those of this webhook, by `NAME`")
	f.StringSliceVar(&c.statuses, "status", nil, "only events of these `STATUSES`: "+words.List(storage.AllStatuses()))
	f.StringVar(&c.since, "since", "", "only those since this `TIME` (RFC 3339) or for this long, as 10m or 7d (default: all)")
	f.StringVar(&c.filter, "filter", "", "only those that `EXPR` chooses, such as 'status:bounce auth:fail'")
}

// run reads the flags and runs something with the store open and what they choose.
func (c receiptChoice) run(cmd *cobra.Command, s *session, run func(context.Context, *sqlite.Store, storage.ReceiptQuery) error) error {
	q, err := c.query(s, cmd.Flags().Changed)
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	return s.withStore(ctx, func(store *sqlite.Store) error {
		if err := c.ofWebhook(ctx, store, &q); err != nil {
			return err
		}
		return run(ctx, store, q)
	})
}

func (c receiptChoice) query(s *session, given func(flag string) bool) (storage.ReceiptQuery, error) {
	p := parser{given: given, bad: s.flagErrors}
	if c.limit < 0 {
		p.add("limit", "%d is negative; use 0 or more", c.limit)
	}
	q := c.choose(&p, s.now())
	return q, p.bad.Err()
}

// choose reads the flags, but for the webhook, which ofWebhook finds.
func (c receiptChoice) choose(p *parser, now time.Time) storage.ReceiptQuery {
	q := storage.ReceiptQuery{Limit: c.limit, Statuses: p.statuses(c.statuses), Filter: p.filter(c.filter, now)}
	if p.given("since") {
		q.Filter.Terms = append(q.Filter.Terms, storage.Term{Key: "since", Value: c.since, At: p.since(c.since, now)})
	}
	p.webhook(c.webhook)
	return q
}

// chooses reports whether a query leaves any receipt out.
func chooses(q storage.ReceiptQuery) bool {
	return len(q.Filter.Terms)+len(q.Statuses) > 0 || q.WebhookID != 0
}

// ofWebhook chooses the receipts of one webhook: the one of that name, else one that had
// it and is deleted, of which receipts tell.
func (c receiptChoice) ofWebhook(ctx context.Context, store *sqlite.Store, q *storage.ReceiptQuery) error {
	if c.webhook == "" {
		return nil
	}
	w, missing := findWebhook(ctx, store, c.webhook)
	q.WebhookID = w.ID
	if exitCode(missing) != exitNotFound {
		return missing
	}
	named := storage.Term{Key: "webhook", Value: c.webhook}
	left, err := store.Receipts(ctx, storage.ReceiptQuery{Filter: storage.Filter{Terms: []storage.Term{named}}, Limit: 1})
	if err == nil && len(left) == 0 {
		err = missing
	}
	q.Filter.Terms = append(q.Filter.Terms, named)
	return err
}

// filterHelp says what filters are made of.
func filterHelp() string {
	return "A filter is terms that must all hold, KEY:VALUE, or -KEY:VALUE to negate one; values with spaces stand in double quotes.\n" +
		"Keys are " + strings.Join(storage.ReceiptFilter().Keys(), " ") + ";\n" +
		"is: takes " + strings.Join(storage.ReceiptFilter().Values("is"), ", ") + "; since: and until: take 10m, 7d or a time; code: takes 204 or 5xx."
}

func (s receiptSession) listReceipts(ctx context.Context, store *sqlite.Store, q storage.ReceiptQuery) error {
	rows := receiptTable()
	pages := storage.Pager[storage.Receipt]{
		Limit: q.Limit,
		Read: func(limit int, before storage.ID) ([]storage.Receipt, error) {
			q.Limit, q.Before = limit, before
			return store.Receipts(ctx, q)
		},
		ID: func(r storage.Receipt) storage.ID { return r.ID },
	}
	for r, err := range pages.All() {
		if err != nil {
			return err
		}
		if err := s.showReceipt(&rows, r); err != nil {
			return err
		}
		if s.out.closed() {
			return nil
		}
	}
	if chooses(q) {
		s.list(&rows, "no receipts that the filter chooses")
		return nil
	}
	s.list(&rows, "no receipts; fire an event at a webhook whose URL is @receiver: backchannel fire bounce --webhook NAME --wait")
	return nil
}
