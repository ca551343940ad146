package main

import (
	"context"

	"github.com/spf13/cobra"

	"backchannel/fixtures/fire"
	"backchannel/storage"
)

// deliveryReplayCommand returns the command that sends deliveries again. Flags that change what is
// sent apply to a single delivery only: many deliveries with different payloads cannot sensibly get
// the same body or header.
func deliveryReplayCommand(s deliverySession) *cobra.Command {
	var flags resendFlags
	cmd := &cobra.Command{
		Short: "Send the same bytes again, as a new delivery",
		Example: `backchannel delivery replay 01k8p2q7xkz
backchannel delivery replay --filter 'state:failed webhook:acme since:1h'
backchannel delivery replay 01k8p2q7xkz --webhook staging
backchannel delivery replay 01k8p2q7xkz --to https://127.0.0.1:3000/hooks --resign --header 'X-Team: crm'`,
	}
	flags.register(cmd)
	s.onDeliveries(cmd, storage.ReplayDeliveries, func(ctx context.Context, store deliveryStore, old storage.Delivery) error {
		if flags.changes() || flags.to != "" {
			of, err := sentBy(ctx, store, old)
			if err != nil {
				return err
			}
			return s.resend(ctx, store, of, &flags)
		}
		d, err := store.ReplayDelivery(ctx, old.ID)
		if err != nil {
			return err
		}
		if err := s.noteWaiting(ctx, store); err != nil {
			return err
		}
		// A replay to a paused webhook succeeds, but nothing is sent. The note prevents a futile wait.
		s.noteParked(ctx, store, d)
		return s.showUpdated(ctx, store, d.ID)
	})
	// onDeliveries has set RunE and Args, so the check for several deliveries wraps RunE.
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 1 && (flags.changes() || flags.to != "") {
			return usagef("several deliveries can only be sent unchanged; name one to change what is sent")
		}
		return run(cmd, args)
	}
	for _, flag := range []string{"to", "webhook", "body", "header", "resign", "as-it-came"} {
		cmd.MarkFlagsMutuallyExclusive("filter", flag)
	}
	return cmd
}

// sentBy returns what a delivery has sent in the form of a receipt, which is what package fire
// sends again.
func sentBy(ctx context.Context, store deliveryStore, d storage.Delivery) (storage.Receipt, error) {
	event, err := store.Event(ctx, d.EventID)
	if err != nil {
		return storage.Receipt{}, err
	}
	attempts, err := store.Attempts(ctx, d.ID)
	return fire.OfDelivery(d, event, attempts), err
}

// deliveryRetryCommand returns the command that makes waiting deliveries due now.
func deliveryRetryCommand(s deliverySession) *cobra.Command {
	cmd := &cobra.Command{
		Short: "Make the next attempt now",
		Example: `backchannel delivery retry 01k8p2q7xkz
backchannel delivery retry --filter 'state:retrying webhook:acme' --yes`,
	}
	return s.onDeliveries(cmd, storage.RetryDeliveries, func(ctx context.Context, store deliveryStore, d storage.Delivery) error {
		if err := store.RetryDelivery(ctx, d.ID); err != nil {
			return err
		}
		if err := s.noteWaiting(ctx, store); err != nil {
			return err
		}
		s.notePaused(ctx, store, d)
		return s.showUpdated(ctx, store, d.ID)
	})
}

// deliveryCancelCommand returns the command that cancels deliveries.
func deliveryCancelCommand(s deliverySession) *cobra.Command {
	cmd := &cobra.Command{
		Short: "Make no further attempt",
		Example: `backchannel delivery cancel 01k8p2q7xkz
backchannel delivery cancel --filter 'state:retrying campaign:welcome'`,
	}
	return s.onDeliveries(cmd, storage.CancelDeliveries, func(ctx context.Context, store deliveryStore, d storage.Delivery) error {
		if err := store.CancelDelivery(ctx, d.ID); err != nil {
			return err
		}
		return s.showUpdated(ctx, store, d.ID)
	})
}

// showUpdated reads a delivery after it was changed and shows it.
func (s deliverySession) showUpdated(ctx context.Context, store deliveryStore, id storage.ID) error {
	d, err := store.Delivery(ctx, id)
	if err != nil {
		return err
	}
	return s.showDelivery(d)
}
