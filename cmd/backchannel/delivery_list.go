package main

import (
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/words"
)

// deliveryListCommand returns the command that lists deliveries.
func deliveryListCommand(s deliverySession) *cobra.Command {
	var choice deliveryChoice
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the deliveries, newest first",
		Long: "Lists the deliveries, newest first. A campaign's event that is not due yet says when it is: \"due in 1.4 s\"; a delivery\n" +
			"that failed and is retried says \"next at\".\n\n" + filterHelp(storage.DeliveryFilter()),
		Example: `backchannel delivery list --webhook acme --limit 20
backchannel delivery list --state retrying,failed
backchannel delivery list --status bounce --since 1h
backchannel delivery list --filter 'campaign:welcome -state:delivered'`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			q, err := choice.query(s.parser(cmd), s.now())
			if err != nil {
				return err
			}
			return s.withStore(cmd.Context(), func(store wholeStore) error {
				if choice.webhook != "" {
					w, err := findWebhook(cmd.Context(), store, choice.webhook)
					if err != nil {
						return err
					}
					q.WebhookID = w.ID
				}
				return s.listDeliveries(cmd.Context(), store, q)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&choice.webhook, "webhook", "", "only those to this webhook, by `NAME`")
	f.StringSliceVar(&choice.statuses, "status", nil, "only events of these `STATUSES`: "+words.List(storage.AllStatuses()))
	f.StringVar(&choice.since, "since", "", "only those fired since this `TIME` (RFC 3339, or local as 10:36 or 2026-10-01T12:00) or for this long, as 10m or 7d (default: all)")
	f.StringSliceVar(&choice.states, "state", nil, "only those in these `STATES`: "+words.List(storage.States()))
	needValues(f, "webhook", "status", "state")
	choice.register(f, "campaign:welcome status:bounce", newest)
	return reportingFlagErrors(cmd)
}

// A deliveryChoice holds the flags that select deliveries.
type deliveryChoice struct {
	listChoice
	webhook, since   string
	statuses, states []string
}

// query parses the flags other than --webhook, which needs a store.
func (c *deliveryChoice) query(p *parser, now time.Time) (storage.DeliveryQuery, error) {
	// --state, --status and --since say the same as terms of the filter. A delivery must match all of
	// them.
	q := storage.DeliveryQuery{Limit: c.limit, Statuses: p.statuses(c.statuses), Filter: c.read(p, storage.DeliveryFilter(), now)}
	if p.given("since") {
		q.Since = p.since(c.since, now)
	}
	for _, text := range c.states {
		state := storage.State(text)
		if !slices.Contains(storage.States(), state) {
			p.add("state", "%q is unknown; use %s%s", text, words.List(storage.States()), words.DidYouMean(text, storage.States()))
		}
		q.States = append(q.States, state)
	}
	return q, p.bad.Err()
}

// listDeliveries lists the deliveries of a query, page by page.
func (s deliverySession) listDeliveries(ctx context.Context, store deliveryStore, q storage.DeliveryQuery) error {
	// Pages are read one after the other: a list of all deliveries may be too long for one query.
	rows := deliveryTable()
	// The advice to fire would be wrong if there are deliveries that the flags exclude.
	empty := "no deliveries; fire an event with backchannel fire bounce --webhook NAME"
	if q.WebhookID != 0 || len(q.Statuses)+len(q.States)+len(q.Filter.Terms) > 0 || !q.Since.IsZero() {
		empty = "no deliveries match the flags"
	}
	return listAll(s.session, storage.Newest(ctx, q, store.Deliveries), &rows, s.addDelivery, empty)
}
