package main

import (
	"context"
	"errors"
	"strconv"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/export"
	"backchannel/storage/sqlite"
)

func deliveryCommand(s deliverySession) *cobra.Command {
	return parent(&cobra.Command{
		Use:   "delivery",
		Short: "Follow what was fired",
		Example: `backchannel delivery list --state failed
backchannel delivery show 01k8p2q7xkz
backchannel delivery replay 01k8p2q7xkz`,
	}, deliveryListCommand(s), deliveryShowCommand(s), deliveryReplayCommand(s), deliveryRetryCommand(s), deliveryCancelCommand(s))
}

// deliveryArgument is the one argument of the commands on one delivery.
const deliveryArgument = "a delivery's ID"

// A deliverySession shows and changes deliveries.
type deliverySession struct{ *session }

// withDelivery runs something with a delivery that exists.
func (s deliverySession) withDelivery(ctx context.Context, text string, run func(*sqlite.Store, storage.Delivery) error) error {
	id, err := parseID(text, "delivery list")
	if err != nil {
		return err
	}
	return s.withStore(ctx, func(store *sqlite.Store) error {
		d, err := store.Delivery(ctx, id)
		if errors.Is(err, storage.ErrNotFound) {
			return notFoundf("there is no delivery %s; backchannel delivery list names them all", id)
		}
		if err != nil {
			return err
		}
		return run(store, d)
	})
}

// parseID reads an ID. A text that cannot be one names no record, whatever it was meant
// to be.
func parseID(text, list string) (storage.ID, error) {
	id, err := storage.ParseID(text)
	if err != nil {
		return 0, notFoundf("%v; backchannel %s names them all", err, list)
	}
	return id, nil
}

func deliveryTable() table {
	return table{head: []string{"ID", "CREATED", "WEBHOOK", "EVENT", "TO", "STATE", "CODE", "TRIES", "LATENCY", "ERROR"}}
}

// showDelivery shows one line of a list.
func (s deliverySession) showDelivery(rows *table, d storage.Delivery) error {
	if s.settings.json() {
		return s.out.object(export.OfDelivery(d))
	}
	problem := d.Error
	if problem == "" && d.State == storage.Retrying {
		problem = "next at " + s.clock(d.NextAttemptAt)
	}
	rows.add(d.ID.String(), s.clock(d.CreatedAt), d.Webhook, eventName(d), d.Identity, string(d.State),
		number(d.Code), strconv.Itoa(d.Attempts), latency(d.Latency()), problem)
	return nil
}

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

// number is empty where there is none.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
