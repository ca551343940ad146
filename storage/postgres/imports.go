package postgres

import (
	"context"
	"fmt"

	"backchannel/storage"
	"backchannel/storage/column"
	"backchannel/storage/records"
)

// ImportHistory stores deliveries and receipts from another store, with their IDs and times: either
// all of them or none. It returns storage.FieldErrors with a conflict for each ID that exists, and
// storage.ErrInvalid for a delivery that is not final.
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
		if err := t.refuseTaken(h); err != nil {
			return err
		}
		for i := range h.Deliveries {
			t.importDelivery(&h.Deliveries[i], attempts[i])
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

// refuseTaken returns an error if any of the IDs exists. No other transaction can store one before
// this one ends.
func (t *tx) refuseTaken(h storage.History) error {
	var deliveries, receipts []storage.ID
	for i := range h.Deliveries {
		deliveries = append(deliveries, h.Deliveries[i].Delivery.ID)
	}
	for i := range h.Receipts {
		receipts = append(receipts, h.Receipts[i].ID)
	}
	var bad storage.FieldErrors
	for _, kind := range []struct {
		name, query string
		ids         []storage.ID
	}{
		{"delivery", `SELECT id FROM deliveries WHERE id = ANY(?) ORDER BY id`, deliveries},
		{"receipt", `SELECT id FROM receipts WHERE id = ANY(?) ORDER BY id`, receipts},
	} {
		taken, err := records.Collect(t.Context(), t, records.One[storage.ID], kind.query, kind.ids)
		if err != nil {
			return err
		}
		for _, id := range taken {
			bad = append(bad, records.Taken(kind.name, id)...)
		}
	}
	return bad.Err()
}

// importDelivery stores a delivery that is final. Its link to a campaign's message or a check is
// dropped, because these are not imported.
func (t *tx) importDelivery(past *storage.PastDelivery, attempts []packedAttempt) {
	d, e := &past.Delivery, &past.Event
	t.Reserve(d.ID)
	t.keepName(d.WebhookID, d.Webhook)
	t.send(`INSERT INTO events VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING`, d.EventID, e.WebhookID, e.RequestID, e.Channel,
		e.Status, e.Variant, e.Identity, e.Misbehave, e.CreatedAt, notNil(e.Payload))
	t.deliveries.insertFinal(d)
	for i, packed := range attempts {
		a := &past.Attempts[i]
		t.send(`INSERT INTO attempts VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`, d.ID, a.N, a.At, a.Code, a.ErrorClass, a.Error,
			int64(a.Timings.DNS), int64(a.Timings.Connect), int64(a.Timings.TLS), int64(a.Timings.FirstByte), int64(a.Timings.Total),
			packed.request, packed.response, packed.sealed, a.ResponseBody, a.ResponseFlaw)
	}
}

func (s *Store) importReceipt(t *tx, r *storage.Receipt) error {
	t.Reserve(r.ID)
	t.keepName(r.WebhookID, r.Webhook)
	facet, err := t.facetID(column.FacetOf(r))
	if err != nil {
		return err
	}
	s.insert(t, r, facet, packReceipt(r))
	s.insertForward(t, r.ID, r.Forward)
	if n := len(r.Forward.Body); n > 0 {
		t.receipts.bytes += int64(n)
		t.send(`UPDATE receipts SET size = size + ? WHERE id = ?`, n, r.ID)
	}
	if r.Outcome != "" {
		t.send(`INSERT INTO answers VALUES (?,?,?)`, r.ID, r.Outcome, int64(r.Duration))
	}
	return nil
}

// keepName stores the name of a webhook that is not imported itself.
func (t *tx) keepName(webhook storage.ID, name string) {
	if webhook != 0 {
		t.send(`INSERT INTO webhook_names VALUES (?, ?) ON CONFLICT DO NOTHING`, webhook, name)
	}
}

// Reserve keeps an ID from being assigned.
func (t *tx) Reserve(id storage.ID) error {
	t.last = max(t.last, id)
	return nil
}
