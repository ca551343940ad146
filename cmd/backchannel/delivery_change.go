package main

import (
	"context"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/sqlite"
)

func deliveryReplayCommand(s deliverySession) *cobra.Command {
	return &cobra.Command{
		Use:     "replay ID",
		Short:   "Send the same bytes again, as a new delivery",
		Example: "backchannel delivery replay 01k8p2q7xkz",
		Args:    exactly(deliveryArgument),
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.withDelivery(cmd.Context(), args[0], func(store *sqlite.Store, old storage.Delivery) error {
				d, err := store.ReplayDelivery(cmd.Context(), old.ID)
				if err != nil {
					return err
				}
				if err := s.noteWaiting(cmd.Context(), store); err != nil {
					return err
				}
				s.noteParked(cmd.Context(), store, d)
				return s.showAgain(cmd.Context(), store, d.ID)
			})
		},
	}
}

func deliveryRetryCommand(s deliverySession) *cobra.Command {
	return &cobra.Command{
		Use:     "retry ID",
		Short:   "Make the next attempt now",
		Example: "backchannel delivery retry 01k8p2q7xkz",
		Args:    exactly(deliveryArgument),
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.withDelivery(cmd.Context(), args[0], func(store *sqlite.Store, d storage.Delivery) error {
				if err := store.RetryDelivery(cmd.Context(), d.ID); err != nil {
					return err
				}
				if err := s.noteWaiting(cmd.Context(), store); err != nil {
					return err
				}
				s.notePaused(cmd.Context(), store, d)
				return s.showAgain(cmd.Context(), store, d.ID)
			})
		},
	}
}

func deliveryCancelCommand(s deliverySession) *cobra.Command {
	return &cobra.Command{
		Use:     "cancel ID",
		Short:   "Make no further attempt",
		Example: "backchannel delivery cancel 01k8p2q7xkz",
		Args:    exactly(deliveryArgument),
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.withDelivery(cmd.Context(), args[0], func(store *sqlite.Store, d storage.Delivery) error {
				if err := store.CancelDelivery(cmd.Context(), d.ID); err != nil {
					return err
				}
				return s.showAgain(cmd.Context(), store, d.ID)
			})
		},
	}
}

// showAgain shows a delivery after a command changed it.
func (s deliverySession) showAgain(ctx context.Context, store *sqlite.Store, id storage.ID) error {
	d, err := store.Delivery(ctx, id)
	if err != nil {
		return err
	}
	return s.showOneDelivery(d)
}

func (s deliverySession) showOneDelivery(d storage.Delivery) error {
	rows := deliveryTable()
	if err := s.showDelivery(&rows, d); err != nil {
		return err
	}
	s.list(&rows, "")
	return nil
}

// noteWaiting says what would deliver what was just queued, if nothing does.
func (s deliverySession) noteWaiting(ctx context.Context, store *sqlite.Store) error {
	_, alive, err := store.Runtime(ctx)
	if err != nil {
		return err
	}
	if !alive {
		s.note("queued: nothing is running that would deliver it; start backchannel serve, or the console with backchannel")
	}
	return nil
}
