package postgres

import (
	"context"
	"errors"
	"fmt"

	"backchannel/storage"
	"backchannel/storage/column"
	"backchannel/storage/records"
)

// A DeliveryStore stores events and their deliveries. The engine's work on them is in QueueStore.
type DeliveryStore struct {
	records.DeliveryStore
	*database
}

// Enqueue stores events with one delivery each, all in one commit or none, and sets the
// events' ID and CreatedAt. It returns an error for a channel that the webhook does not have, and
// for a misbehaviour that needs a token if the webhook uses none.
func (s *DeliveryStore) Enqueue(ctx context.Context, events ...storage.Event) ([]storage.Delivery, error) {
	if len(events) == 0 {
		return nil, nil
	}
	var made []storage.Delivery
	err := s.write(ctx, storage.ChangedDeliveries, func(t *tx) (err error) {
		made, err = t.enqueueAll(events)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("enqueue: %w", err)
	}
	return made, nil
}

// Fire enqueues events for one webhook and adds an activity, in one commit. The text of the
// activity begins with what, a few words that describe the events.
func (s *DeliveryStore) Fire(ctx context.Context, what string, events ...storage.Event) ([]storage.Delivery, error) {
	if len(events) == 0 {
		return nil, nil
	}
	var made []storage.Delivery
	err := s.write(ctx, storage.ChangedDeliveries|storage.ChangedActivity, func(t *tx) (err error) {
		if made, err = t.enqueueAll(events); err != nil {
			return err
		}
		return records.AddActivity(sharedTx{t}, storage.Activity{
			Kind: storage.ActivityFired, WebhookID: made[0].WebhookID, DeliveryID: made[0].ID, Text: what + " fired at " + made[0].Webhook + s.by,
		})
	})
	if err != nil {
		return nil, fmt.Errorf("fire: %w", err)
	}
	return made, nil
}

func (t *tx) enqueueAll(events []storage.Event) ([]storage.Delivery, error) {
	made := make([]storage.Delivery, len(events))
	for i := range events {
		if err := t.enqueue(&events[i], &made[i]); err != nil {
			return nil, err
		}
	}
	return made, nil
}

// enqueue stores an event and its delivery, and sets what the store assigns in both. They are two
// rows because a replay is another delivery of the same event, to the byte.
func (t *tx) enqueue(e *storage.Event, d *storage.Delivery) error {
	if err := t.makeEvent(e, d); err != nil {
		return err
	}
	return t.queueDelivery(d, e.Payload)
}

// makeEvent stores an event and copies its fields into its delivery.
func (t *tx) makeEvent(e *storage.Event, d *storage.Delivery) error {
	to, err := t.target(e.WebhookID)
	if err != nil {
		return err
	}
	if err := to.Check(e); err != nil {
		return err
	}
	if e.ID, err = t.newID(); err != nil {
		return err
	}
	e.CreatedAt = t.stamp()
	t.deliveries.events.add(e)
	*d = storage.Delivery{
		EventID: e.ID, WebhookID: e.WebhookID, Webhook: to.Name, RequestID: e.RequestID, Channel: e.Channel,
		Status: e.Status, Variant: e.Variant, Identity: e.Identity, Misbehave: e.Misbehave, MessageID: e.MessageID, DueAt: e.DueAt,
	}
	return nil
}

// queueDelivery stores a new delivery that is due, or will be at its DueAt, and sets its ID, state and times.
// The payload is nil if the event had been stored before.
func (t *tx) queueDelivery(d *storage.Delivery, payload []byte) (err error) {
	if d.ID, err = t.newID(); err != nil {
		return err
	}
	d.State, d.CreatedAt, d.NextAttemptAt = storage.Queued, t.stamp(), t.stamp()
	if d.DueAt.After(d.NextAttemptAt) {
		d.NextAttemptAt = d.DueAt
	}
	t.deliveries.insert(d, payload)
	return nil
}

// target returns a webhook's target. In an ordered transaction no webhook can change, so the
// writer caches targets until a webhook has changed.
func (t *tx) target(id storage.ID) (column.Target, error) {
	if to, ok := t.targets[id]; ok && t.ordered {
		return to, nil
	}
	to, err := records.First(t.context, t, scanTarget, `SELECT name, channels, auth FROM webhooks WHERE id = ?`, id)
	if errors.Is(err, storage.ErrNotFound) {
		return to, fmt.Errorf("webhook %s: %w", id, err)
	}
	if err != nil {
		return to, err
	}
	t.targets[id] = to
	return to, nil
}

func scanTarget(read scan) (to column.Target, err error) {
	err = read(&to.Name, &to.Channels, &to.Auth)
	return to, err
}

// Event finds an event by its ID.
func (s *DeliveryStore) Event(ctx context.Context, id storage.ID) (storage.Event, error) {
	e, err := records.First(ctx, s.reads, scanEvent,
		`SELECT id, webhook_id, request_id, channel, status, variant, identity, misbehave, created_at, payload FROM events WHERE id = ?`, id)
	if err != nil {
		return e, fmt.Errorf("find event %s: %w", id, err)
	}
	return e, nil
}

func scanEvent(read scan) (e storage.Event, err error) {
	var created timestamp
	err = read(&e.ID, &e.WebhookID, &e.RequestID, &e.Channel, &e.Status, &e.Variant, &e.Identity, &e.Misbehave, &created, &e.Payload)
	e.CreatedAt = created.Time
	return e, err
}
