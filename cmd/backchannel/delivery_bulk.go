package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/bulk"
)

// onDeliveries completes a command that applies an action to one delivery or to many. With one ID
// it calls one, which shows the delivery afterwards.
func (s deliverySession) onDeliveries(cmd *cobra.Command, action storage.DeliveryAction, one func(context.Context, deliveryStore, storage.Delivery) error) *cobra.Command {
	var filter string
	cmd.Use = string(action) + " [ID]…"
	cmd.Long = cmd.Short + ", for the named deliveries or for all that the filter selects.\n\n" +
		"With --filter it first says how many match and for how many of them it is impossible, and asks. If there is no\n" +
		"terminal to ask on, it needs --yes. Deliveries that are fired meanwhile are not affected. For many deliveries it writes a\n" +
		"summary; Ctrl+C stops it, and does not undo what was done by then. Exits 4 if it is impossible for all of them.\n\n" +
		filterHelp(storage.DeliveryFilter())
	cmd.Args = cobra.ArbitraryArgs
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		choice, err := chooseDeliveries(s.parser(cmd), filter, args, s.now())
		switch {
		case err != nil:
			return err
		case len(args) == 0 && !cmd.Flags().Changed("filter"):
			return usagef("%s takes %s, or --filter EXPR (see %s --help)", cmd.CommandPath(), deliveryArgument, cmd.CommandPath())
		case len(args) == 1:
			return s.onDelivery(one)(cmd, args)
		}
		return s.withStore(cmd.Context(), func(store wholeStore) error {
			return bulkSession{s, store, action}.run(cmd.Context(), choice)
		})
	}
	cmd.Flags().StringVar(&filter, "filter", "", "all deliveries that `EXPR` selects, such as 'state:retrying webhook:acme'")
	return reportingFlagErrors(s.withYes(cmd))
}

// chooseDeliveries returns the deliveries that a filter or IDs select. It rejects an empty filter,
// which would select all of them: in a script it is usually an unset variable.
func chooseDeliveries(p *parser, filter string, args []string, now time.Time) (of bulk.Choice, err error) {
	of.Query.Filter = p.filter(storage.DeliveryFilter(), filter, now)
	switch {
	case !p.given("filter"):
	case len(args) > 0:
		p.add("filter", "cannot be combined with IDs; either name the deliveries or select them")
	case len(of.Query.Filter.Terms) == 0 && !p.hasError("filter"):
		p.add("filter", "is empty, which would select every delivery; use a term such as state:retrying or since:1h")
	}
	if err := p.bad.Err(); err != nil {
		return of, err
	}
	for _, text := range args {
		id, err := parseID(text, "delivery list")
		if err != nil {
			return of, err
		}
		of.IDs = append(of.IDs, id)
	}
	return of, nil
}

// A bulkSession applies an action to many deliveries.
type bulkSession struct {
	deliverySession
	store  deliveryStore
	action storage.DeliveryAction
}

// run finds the deliveries, asks for confirmation, and applies the action. If one of the IDs does
// not exist, it does nothing.
func (s bulkSession) run(ctx context.Context, of bulk.Choice) error {
	for _, id := range of.IDs {
		if _, err := s.delivery(ctx, s.store, id); err != nil {
			return err
		}
	}
	plan, err := bulk.Prepare(ctx, s.store, s.action, of, nil)
	switch {
	case err != nil:
		return err
	// A script gets an object in any case, so that it need not distinguish no output from an error.
	case len(plan.IDs) == 0 && s.settings.json():
		return s.report(bulk.Outcome{Action: s.action})
	case len(plan.IDs) == 0:
		s.note("no deliveries match the filter")
		return nil
	case plan.Impossible() != nil:
		return plan.Impossible()
	}
	question := plan.Question()
	if why := plan.Exception(); why != "" {
		question = why + " " + question
	}
	if len(of.IDs) == 0 {
		if err := s.confirm(ctx, "%s", question); err != nil {
			return err
		}
	}
	return s.apply(ctx, plan)
}

// apply applies the action, and reports the outcome even if it was interrupted, because what was
// done by then stays done.
func (s bulkSession) apply(ctx context.Context, plan bulk.Plan) error {
	// Outcomes are cumulative, while progress counts increments.
	progress, seen := s.progress(len(plan.IDs)), 0
	done, err := plan.Run(ctx, s.store, onCommandLine, func(o bulk.Outcome) {
		progress.add(o.Total()-seen, s.action.Done())
		seen = o.Total()
	})
	progress.clear()
	if err != nil && done.Total() == 0 {
		return err
	}
	// The report comes first even if the action failed, because it says what was done until then.
	if reporting := s.report(done); err == nil {
		err = reporting
	}
	switch {
	case err != nil:
		return err
	case done.Stopped:
		return ctx.Err()
	case s.action != storage.CancelDeliveries:
		return s.noteWaiting(ctx, s.store)
	}
	return nil
}

// An actionResult is the JSON result of applying an action to many deliveries.
type actionResult struct {
	Action     storage.DeliveryAction `json:"action"`
	Deliveries int                    `json:"deliveries"` // selected
	Done       int                    `json:"done"`
	Refused    map[string]int         `json:"refused"` // by reason, such as their state
	Stopped    bool                   `json:"stopped"`
}

// report writes the outcome.
func (s bulkSession) report(o bulk.Outcome) error {
	if !s.settings.json() {
		s.note("%s", o)
		return nil
	}
	if o.Refused == nil {
		o.Refused = map[string]int{}
	}
	return s.out.object(actionResult{o.Action, o.Of, o.Done, o.Refused, o.Stopped})
}
