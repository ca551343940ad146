package sqlite

import (
	"context"
	"fmt"

	"backchannel/storage"
	"backchannel/storage/records"
)

// ImportHistory stores what has happened in another store, with its IDs and times: either all of
// it or nothing. What exists already is a conflict, and a delivery that is not final invalid.
func (s *Store) ImportHistory(ctx context.Context, h storage.History) error {
	attempts := make([][]packedAttempt, len(h.Deliveries))
	for i, d := range h.Deliveries {
		if !d.Delivery.State.Final() {
			return fmt.Errorf("import the history: delivery %s: %w: it is %s", d.Delivery.ID, storage.ErrInvalid, d.Delivery.State)
		}
		for n := range d.Attempts {
			attempts[i] = append(attempts[i], s.packAttempt(&d.Attempts[n]))
		}
	}
	err := s.write(ctx, storage.ChangedDeliveries|storage.ChangedReceipts, func(t *tx) error {
		for i := range h.Deliveries {
			if err := t.importDelivery(&h.Deliveries[i], attempts[i]); err != nil {
				return err
			}
		}
		for i := range h.Receipts {
			if err := s.importReceipt(t, &h.Receipts[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("import the history: %w", err)
	}
	return nil
}

// importDelivery stores a delivery that is final. What it was a part of, a campaign's message or
// a check, stays behind.
func (t *tx) importDelivery(past *storage.PastDelivery, attempts []packedAttempt) error {
	d, e := &past.Delivery, &past.Event
	if err := t.Reserve(d.ID); err != nil {
		return err
	}
	if err := t.keepName(d.WebhookID, d.Webhook); err != nil {
		return err
	}
	err := t.raw.exec(`INSERT OR IGNORE INTO events VALUES (?,?,?,?,?,?,?,?,?,?)`, int64(d.EventID), int64(e.WebhookID), e.RequestID, string(e.Channel),
		string(e.Status), e.Variant, e.Identity, string(e.Misbehave), micros(e.CreatedAt), e.Payload)
	if err != nil {
		return err
	}
	err = t.deliveries.insertFinal(d)
	if violates(err) {
		return records.Taken("delivery", d.ID)
	}
	for _, a := range attempts {
		if err == nil {
			_, err = a.insert(t)
		}
	}
	return err
}

func (s *Store) importReceipt(t *tx, r *storage.Receipt) error {
	if err := t.Reserve(r.ID); err != nil {
		return err
	}
	if err := t.keepName(r.WebhookID, r.Webhook); err != nil {
		return err
	}
	err := s.insert(t, r, packReceipt(r))
	if violates(err) {
		return records.Taken("receipt", r.ID)
	}
	if err == nil && r.Outcome != "" {
		err = t.raw.exec(`INSERT INTO answers VALUES (?,?,?)`, int64(r.ID), string(r.Outcome), int64(r.Duration))
	}
	if err != nil {
		return err
	}
	t.receipts.bytes += int64(len(r.Forward.Body))
	if len(r.Forward.Body) > 0 {
		if err := t.raw.exec(`UPDATE receipts SET size = size + ? WHERE id = ?`, int64(len(r.Forward.Body)), int64(r.ID)); err != nil {
			return err
		}
	}
	return insertForward(t, r.ID, r.Forward)
}

// keepName stores the name of a webhook of which there is only history.
func (t *tx) keepName(webhook storage.ID, name string) error {
	if webhook == 0 {
		return nil
	}
	return t.raw.exec(`INSERT OR IGNORE INTO webhook_names VALUES (?, ?)`, int64(webhook), name)
}

// Reserve keeps an ID from being assigned.
func (t *tx) Reserve(id storage.ID) error {
	_, err := t.NewID()
	t.last = max(t.last, id)
	return err
}
