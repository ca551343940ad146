package records

import (
	"context"
	"errors"
	"fmt"

	"backchannel/storage"
	"backchannel/storage/column"
)

// Enqueue stores events with one delivery each, all in one commit or none, and sets the
// events' ID and CreatedAt. It returns an error for a channel that the webhook does not have, and
// for a misbehaviour that needs a token if the webhook uses none.
func (s *DeliveryStore) Enqueue(ctx context.Context, events ...storage.Event) ([]storage.Delivery, error) {
	return s.enqueue(ctx, "enqueue", storage.ChangedDeliveries, events, func(Tx, storage.Delivery) error { return nil })
}

// Fire enqueues events for one webhook and adds an activity, in one commit. what describes
// the events in a few words.
func (s *DeliveryStore) Fire(ctx context.Context, what string, events ...storage.Event) ([]storage.Delivery, error) {
	return s.enqueue(ctx, "fire", storage.ChangedDeliveries|storage.ChangedActivity, events, func(t Tx, d storage.Delivery) error {
		return AddActivity(t, storage.Activity{
			Kind: storage.ActivityFired, WebhookID: d.WebhookID, DeliveryID: d.ID, Text: what + " fired at " + d.Webhook + s.db.By,
		})
	})
}

// enqueue calls then with the first delivery, in the same transaction.
func (s *DeliveryStore) enqueue(ctx context.Context, doing string, kinds storage.Change, events []storage.Event, then func(Tx, storage.Delivery) error) ([]storage.Delivery, error) {
	if len(events) == 0 {
		return nil, nil
	}
	made := make([]storage.Delivery, len(events))
	err := s.db.Write(ctx, kinds, func(t Tx) error {
		for i := range events {
			if err := enqueue(t, &events[i], &made[i]); err != nil {
				return err
			}
		}
		return then(t, made[0])
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	return made, nil
}

// enqueue stores an event and its delivery, and sets what the store assigns in both. They are two
// rows because a replay is another delivery of the same event, to the byte.
func enqueue(t Tx, e *storage.Event, d *storage.Delivery) error {
	if err := makeEvent(t, e, d); err != nil {
		return err
	}
	return queueDelivery(t, d, e.Payload)
}

// makeEvent stores an event and copies its fields into its delivery.
func makeEvent(t Tx, e *storage.Event, d *storage.Delivery) error {
	to, err := target(t, e.WebhookID)
	if err != nil {
		return err
	}
	if err := to.Check(e); err != nil {
		return err
	}
	if e.ID, err = t.NewID(); err != nil {
		return err
	}
	e.CreatedAt = t.Stamp()
	*d = storage.Delivery{
		EventID: e.ID, WebhookID: e.WebhookID, Webhook: to.Name, RequestID: e.RequestID, Channel: e.Channel,
		Status: e.Status, Variant: e.Variant, Identity: e.Identity, Misbehave: e.Misbehave, MessageID: e.MessageID, DueAt: e.DueAt,
	}
	return t.Deliveries().AddEvent(e)
}

// queueDelivery stores a new delivery that is due, or will be at its DueAt, and sets its ID, state
// and times. The payload is nil if the event had been stored before.
func queueDelivery(t Tx, d *storage.Delivery, payload []byte) (err error) {
	if d.ID, err = t.NewID(); err != nil {
		return err
	}
	d.State, d.CreatedAt, d.NextAttemptAt = storage.Queued, t.Stamp(), t.Stamp()
	if d.DueAt.After(d.NextAttemptAt) {
		d.NextAttemptAt = d.DueAt
	}
	return t.Deliveries().Add(d, payload)
}

// target returns what enqueueing needs to know about a webhook. A transaction may enqueue hundreds of
// events for one.
func target(t Tx, webhook storage.ID) (column.Target, error) {
	cache := t.base().Targets
	if to, ok := cache[webhook]; ok {
		return to, nil
	}
	to, err := First(t.Context(), t, scanTarget, `SELECT name, channels, auth FROM webhooks WHERE id = ?`, webhook)
	if errors.Is(err, storage.ErrNotFound) {
		err = fmt.Errorf("webhook %s: %w", webhook, err)
	}
	if err == nil && cache != nil {
		cache[webhook] = to
	}
	return to, err
}

func scanTarget(read Scan) (to column.Target, err error) {
	err = read(&to.Name, &to.Channels, &to.Auth)
	return to, err
}

// Event finds an event by its ID.
func (s *DeliveryStore) Event(ctx context.Context, id storage.ID) (storage.Event, error) {
	e, err := First(ctx, s.db.Reads, scanEvent,
		`SELECT id, webhook_id, request_id, channel, status, variant, identity, misbehave, created_at, payload FROM events WHERE id = ?`, id)
	return e, Wrap(err, "find event %s", id)
}

func scanEvent(read Scan) (e storage.Event, err error) {
	var created column.Timestamp
	err = read(&e.ID, &e.WebhookID, &e.RequestID, &e.Channel, &e.Status, &e.Variant, &e.Identity, &e.Misbehave, &created, &e.Payload)
	e.CreatedAt = created.Time
	return e, err
}
