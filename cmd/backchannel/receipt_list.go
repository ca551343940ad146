package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"backchannel/storage"
	"backchannel/storage/inventory"
	"backchannel/storage/words"
)

// receiptListCommand returns the command that lists receipts.
func receiptListCommand(s receiptSession) *cobra.Command {
	var choice receiptChoice
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the receipts, newest first",
		Long:  "Lists the receipts, newest first.\n\n" + filterHelp(storage.ReceiptFilter()),
		Example: `backchannel receipt list --limit 20
backchannel receipt list --webhook acme --status bounce,error --since 1h
backchannel receipt list --filter 'status:bounce -auth:pass since:10m'`,
		Args: exactly(),
		RunE: s.onChoice(&choice, s.listReceipts),
	}
	choice.register(cmd.Flags(), newest)
	return reportingFlagErrors(cmd)
}

// A receiptChoice holds the flags that select receipts.
type receiptChoice struct {
	webhook, since, filter string
	statuses               []string
	limit                  int
}

// register adds the flags. limitHelp is the help of --limit, which means something else to tail
// than to list.
func (c *receiptChoice) register(f *pflag.FlagSet, limitHelp string) {
	c.registerChoice(f)
	f.IntVar(&c.limit, "limit", 0, limitHelp)
}

// registerChoice adds the flags other than --limit.
func (c *receiptChoice) registerChoice(f *pflag.FlagSet) {
	f.StringVar(&c.webhook, "webhook", "", "only those of this webhook, by `NAME`")
	f.StringSliceVar(&c.statuses, "status", nil, "only events of these `STATUSES`: "+words.List(storage.AllStatuses()))
	f.StringVar(&c.since, "since", "", "only those since this `TIME` (RFC 3339, or local as 10:36 or 2026-10-01T12:00) or for this long, as 10m or 7d (default: all)")
	f.StringVar(&c.filter, "filter", "", "only those that `EXPR` selects, such as 'status:bounce auth:fail'")
	needValues(f, "webhook", "status")
}

// onChoice returns the RunE of a command on the receipts that its flags select.
func (s receiptSession) onChoice(c *receiptChoice, run func(context.Context, receiptStore, storage.ReceiptQuery) error) runE {
	return func(cmd *cobra.Command, _ []string) error {
		p := s.parser(cmd)
		p.limit(c.limit)
		q := c.query(p, s.now())
		if err := p.bad.Err(); err != nil {
			return err
		}
		return s.withStore(cmd.Context(), func(store wholeStore) error {
			if err := c.selectWebhook(cmd.Context(), store, &q); err != nil {
				return err
			}
			return run(cmd.Context(), store, q)
		})
	}
}

// query parses the flags other than --webhook, for which selectWebhook needs a store.
func (c *receiptChoice) query(p *parser, now time.Time) storage.ReceiptQuery {
	q := storage.ReceiptQuery{Limit: c.limit, Statuses: p.statuses(c.statuses), Filter: p.filter(storage.ReceiptFilter(), c.filter, now)}
	if p.given("since") {
		q.Filter.Terms = append(q.Filter.Terms, storage.Term{Key: "since", Value: c.since, At: p.since(c.since, now)})
	}
	return q
}

// selectWebhook restricts a query to the webhook that --webhook names.
func (c *receiptChoice) selectWebhook(ctx context.Context, store inventory.ReceiptStore, q *storage.ReceiptQuery) error {
	if c.webhook == "" {
		return nil
	}
	return explainMissing(inventory.SelectReceipts(ctx, store, c.webhook, q))
}

// selective reports whether a query may exclude receipts.
func selective(q storage.ReceiptQuery) bool {
	return len(q.Filter.Terms)+len(q.Statuses) > 0 || q.WebhookID != 0
}

// listReceipts lists the receipts of a query, page by page.
func (s receiptSession) listReceipts(ctx context.Context, store receiptStore, q storage.ReceiptQuery) error {
	empty := "no receipts; fire an event at a webhook whose URL is @receiver: backchannel fire bounce --webhook NAME --wait"
	if selective(q) {
		empty = noneSelected
	}
	rows := receiptTable()
	return listAll(s.session, storage.Newest(ctx, q, store.Receipts), &rows, s.addReceipt, empty)
}

// noneSelected is the note if nothing matches a filter.
const noneSelected = "no receipts match the filter"
