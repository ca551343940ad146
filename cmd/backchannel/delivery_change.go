package main

import (
	"context"

	"github.com/spf13/cobra"

	"backchannel/storage"
)

func deliveryReplayCommand(s deliverySession) *cobra.Command {
	cmd := &cobra.Command{
		Short: "Send the same bytes again, as a new delivery",
		Example: `backchannel delivery replay 01k8p2q7xkz
backchannel delivery replay --filter 'state:failed webhook:acme since:1h'`,
	}
	return s.onDeliveries(cmd, storage.ReplayDeliveries, func(ctx context.Context, store deliveryStore, old storage.Delivery) error {
		d, err := store.ReplayDelivery(ctx, old.ID)
		if err != nil {
			return err
		}
		if err := s.noteWaiting(ctx, store); err != nil {
			return err
		}
		s.noteParked(ctx, store, d)
		return s.showAgain(ctx, store, d.ID)
	})
}

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
		return s.showAgain(ctx, store, d.ID)
	})
}

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
		return s.showAgain(ctx, store, d.ID)
	})
}

// showAgain reads a delivery after it was changed and shows it.
func (s deliverySession) showAgain(ctx context.Context, store deliveryStore, id storage.ID) error {
	d, err := store.Delivery(ctx, id)
	if err != nil {
		return err
	}
	return s.showDelivery(d)
}
