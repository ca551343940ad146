package records

import (
	"context"
	"errors"
	"fmt"

	"backchannel/storage"
	"backchannel/storage/column"
)

// ReplayDelivery creates a new delivery of the same event, and so of the same bytes. The
// replayed delivery keeps its state and its attempts.
func (s *DeliveryStore) ReplayDelivery(ctx context.Context, id storage.ID) (made storage.Delivery, err error) {
	err = s.actOnOne(ctx, storage.ReplayDeliveries, id, func(t Tx, old storage.Delivery) (storage.Delivery, error) {
		made, err = replay(t, old)
		return made, err
	})
	return made, err
}

// RetryDelivery makes a waiting delivery due now and leaves a command for the engine, which
// may have it in memory with its old time.
func (s *DeliveryStore) RetryDelivery(ctx context.Context, id storage.ID) error {
	return s.command(ctx, storage.RetryDeliveries, id)
}

// CancelDelivery cancels a delivery that is not final and leaves a command for the engine. The
// outcome of an attempt in flight is still stored, but no other attempt follows.
func (s *DeliveryStore) CancelDelivery(ctx context.Context, id storage.ID) error {
	return s.command(ctx, storage.CancelDeliveries, id)
}

func (s *DeliveryStore) command(ctx context.Context, action storage.DeliveryAction, id storage.ID) error {
	return s.actOnOne(ctx, action, id, func(t Tx, d storage.Delivery) (storage.Delivery, error) {
		return d, command(t, action, d)
	})
}

// actOnOne calls act with a delivery and records an activity, which refers to the delivery that act
// returns.
func (s *DeliveryStore) actOnOne(ctx context.Context, action storage.DeliveryAction, id storage.ID, act func(Tx, storage.Delivery) (storage.Delivery, error)) error {
	err := s.db.Write(ctx, storage.ChangedDeliveries|storage.ChangedActivity, func(t Tx) error {
		d, err := findDelivery(t.Context(), t, id)
		if err != nil {
			return err
		}
		about, err := act(t, d)
		if err != nil {
			return err
		}
		return AddActivity(t, storage.Activity{
			Kind: storage.ActivityDelivery, WebhookID: d.WebhookID, DeliveryID: about.ID, Text: column.DeliveryText(d) + " " + action.Recorded() + s.db.By,
		})
	})
	return Wrap(err, "%s delivery %s", action, id)
}

// ActOnDeliveries applies an action to many deliveries in one commit. It records no activity,
// because an action on a long list takes several commits and is one activity of the caller.
func (s *DeliveryStore) ActOnDeliveries(ctx context.Context, action storage.DeliveryAction, ids []storage.ID) (storage.ActionOutcome, error) {
	var outcome storage.ActionOutcome
	err := s.db.Write(ctx, storage.ChangedDeliveries, func(t Tx) error {
		outcome = storage.ActionOutcome{} // the work may run again
		for _, id := range ids {
			err := act(t, action, id)
			refused := new(storage.RefusedError)
			switch {
			case errors.As(err, &refused):
				outcome.Refuse(refused)
			case err != nil:
				return err
			default:
				outcome.Done++
			}
		}
		return nil
	})
	if err != nil {
		return storage.ActionOutcome{}, fmt.Errorf("%s %d deliveries: %w", action, len(ids), err)
	}
	return outcome, nil
}

func act(t Tx, action storage.DeliveryAction, id storage.ID) error {
	d, err := findDelivery(t.Context(), t, id)
	switch {
	case errors.Is(err, storage.ErrNotFound):
		return storage.RefuseRemoved()
	case err != nil:
		return err
	case action == storage.ReplayDeliveries:
		_, err = replay(t, d)
		return err
	}
	return command(t, action, d)
}

// replay queues a new delivery of a delivery's event.
func replay(t Tx, old storage.Delivery) (made storage.Delivery, err error) {
	_, err = target(t, old.WebhookID)
	switch {
	case errors.Is(err, storage.ErrNotFound):
		return made, storage.RefuseOrphan(old)
	case err != nil:
		return made, err
	}
	made = storage.Delivery{
		EventID: old.EventID, WebhookID: old.WebhookID, Webhook: old.Webhook, RequestID: old.RequestID, Channel: old.Channel,
		Status: old.Status, Variant: old.Variant, Identity: old.Identity, Misbehave: old.Misbehave, ReplayOf: old.ID, MessageID: old.MessageID,
	}
	return made, queueDelivery(t, &made, nil)
}

// command changes a delivery and leaves a command for the engine, which may have the delivery
// in memory.
func command(t Tx, action storage.DeliveryAction, d storage.Delivery) error {
	if err := action.Check(d); err != nil {
		return err
	}
	if err := t.Deliveries().Change(action, d); err != nil {
		return err
	}
	command, err := t.NewID()
	if err != nil {
		return err
	}
	return t.Send(`INSERT INTO commands VALUES (?,?,?,?)`, command, storage.CommandKind(action), d.ID, d.WebhookID)
}
