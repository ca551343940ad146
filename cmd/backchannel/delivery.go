package main

import (
	"cmp"
	"context"
	"errors"
	"strconv"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/bulk"
	"backchannel/storage/export"
	"backchannel/storage/inventory"
)

// A deliverySession runs the commands that show and change deliveries.
type deliverySession struct{ *session }

// A deliveryStore is the part of a store that these commands use.
type deliveryStore interface {
	inventory.FindStore
	storage.RuntimeStore
	storage.ParkedStore
	resendStore
	Event(context.Context, storage.ID) (storage.Event, error)
	Attempts(ctx context.Context, delivery storage.ID) ([]storage.Attempt, error)
	bulk.Store
	ReplayDelivery(context.Context, storage.ID) (storage.Delivery, error)
	RetryDelivery(context.Context, storage.ID) error
	CancelDelivery(context.Context, storage.ID) error
}

// deliveryCommand returns the parent of the commands on deliveries.
func deliveryCommand(s deliverySession) *cobra.Command {
	return parent(&cobra.Command{
		Use:   "delivery",
		Short: "Follow what was fired",
		Example: `backchannel delivery list --state failed
backchannel delivery show 01k8p2q7xkz
backchannel delivery replay 01k8p2q7xkz`,
	}, deliveryListCommand(s), deliveryShowCommand(s), deliveryReplayCommand(s), deliveryRetryCommand(s), deliveryCancelCommand(s))
}

// deliveryArgument is the argument of the commands on one delivery.
const deliveryArgument = "a delivery's ID"

// onDelivery returns the RunE of a command whose argument is the ID of a delivery.
func (s deliverySession) onDelivery(run func(context.Context, deliveryStore, storage.Delivery) error) runE {
	return func(cmd *cobra.Command, args []string) error {
		id, err := parseID(args[0], "delivery list")
		if err != nil {
			return err
		}
		return s.withStore(cmd.Context(), func(store wholeStore) error {
			d, err := s.delivery(cmd.Context(), store, id)
			if err != nil {
				return err
			}
			return run(cmd.Context(), store, d)
		})
	}
}

// delivery reads a delivery. If it does not exist, the error names the command that lists IDs.
func (s deliverySession) delivery(ctx context.Context, store deliveryStore, id storage.ID) (storage.Delivery, error) {
	d, err := store.Delivery(ctx, id)
	if errors.Is(err, storage.ErrNotFound) {
		err = notFoundf("there is no delivery %s; backchannel delivery list names them all", id)
	}
	return d, err
}

// parseID parses an ID. Its error has the exit code of a missing record, because a text that is not
// an ID cannot be that of a record. list is the command that lists IDs.
func parseID(text, list string) (storage.ID, error) {
	id, err := storage.ParseID(text)
	if err != nil {
		return 0, notFoundf("%v; backchannel %s names them all", err, list)
	}
	return id, nil
}

// deliveryTable returns a table of deliveries without rows.
func deliveryTable() table {
	return table{
		head:      []string{"ID", "CREATED", "WEBHOOK", "EVENT", "TO", "STATE", "CODE", "TRIES", "LATENCY", "CAMPAIGN", "ERROR"},
		omitEmpty: []string{"CAMPAIGN"}, omitNarrow: []string{"CAMPAIGN"},
	}
}

// addDelivery adds a delivery to a list: a row to the table, or a line of JSON to stdout.
func (s *printer) addDelivery(rows *table, d storage.Delivery) error {
	if s.json() {
		return s.out.object(export.OfDelivery(d))
	}
	problem := d.Error
	switch {
	case d.Planned(s.now()):
		problem = "due " + s.ahead(d.DueAt)
	case problem == "" && d.State == storage.Retrying:
		problem = "next at " + s.clock(d.NextAttemptAt)
	}
	rows.add(d.ID.String(), s.clock(d.CreatedAt), d.Webhook, eventName(d), d.Identity, string(d.State),
		cmp.Or(number(d.Code), string(d.NoAnswer)), strconv.Itoa(d.Attempts), latency(d.Latency()), d.Campaign, problem)
	return nil
}

// showDelivery shows a delivery as a list of one.
func (s *printer) showDelivery(d storage.Delivery) error {
	rows := deliveryTable()
	if err := s.addDelivery(&rows, d); err != nil {
		return err
	}
	s.list(&rows, "")
	return nil
}

// eventName describes the event of a delivery, as in "email bounce hard (expired)".
func eventName(d storage.Delivery) string {
	name := string(d.Channel) + " " + string(d.Status)
	if d.Variant != "" {
		name += " " + d.Variant
	}
	if d.Misbehave != "" {
		name += " (" + string(d.Misbehave) + ")"
	}
	return name
}

// number formats a number, or 0 as "".
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
