package records

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"backchannel/storage"
	"backchannel/storage/column"
)

// ImportHistory stores what has happened in another store, with its IDs and times: either all of
// it or nothing. A record that exists already is a conflict, and a delivery that is not final is
// invalid.
func (s *ReceiptStore) ImportHistory(ctx context.Context, h storage.History) error {
	attempts := make([][]PackedAttempt, len(h.Deliveries))
	for i, d := range h.Deliveries {
		if !d.Delivery.State.Final() {
			return fmt.Errorf("import the history: delivery %s: %w: it is %s", d.Delivery.ID, storage.ErrInvalid, d.Delivery.State)
		}
		for n := range d.Attempts {
			attempts[i] = append(attempts[i], s.db.packAttempt(&d.Attempts[n]))
		}
	}
	err := s.db.Write(ctx, storage.ChangedDeliveries|storage.ChangedReceipts, func(t Tx) error {
		if err := refuseTaken(t, h); err != nil {
			return err
		}
		for i := range h.Deliveries {
			if err := importDelivery(t, &h.Deliveries[i], attempts[i]); err != nil {
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
	return Wrap(err, "import the history")
}

// refuseTaken returns an error if some of the records exist already. No other transaction can store
// one of them before this one ends, because transactions that assign IDs are serialized.
func refuseTaken(t Tx, h storage.History) error {
	var deliveries, receipts []any
	for i := range h.Deliveries {
		deliveries = append(deliveries, h.Deliveries[i].Delivery.ID)
	}
	for i := range h.Receipts {
		receipts = append(receipts, h.Receipts[i].ID)
	}
	bad, err := findTaken(t, "delivery", `deliveries`, deliveries)
	if err != nil {
		return err
	}
	more, err := findTaken(t, "receipt", `receipts`, receipts)
	if err != nil {
		return err
	}
	return append(bad, more...).Err()
}

func findTaken(t Tx, kind, table string, ids []any) (bad storage.FieldErrors, err error) {
	for some := range slices.Chunk(ids, 1000) { // a statement has at most 32766 arguments
		found, err := Collect(t.Context(), t, One[storage.ID], `SELECT id FROM `+table+` WHERE id IN (?`+strings.Repeat(`,?`, len(some)-1)+`) ORDER BY id`, some...)
		if err != nil {
			return nil, err
		}
		for _, id := range found {
			bad = append(bad, taken(kind, id)...)
		}
	}
	return bad, nil
}

// importDelivery stores a delivery that is final. It does not import the campaign's message or the
// check to which the delivery belonged.
func importDelivery(t Tx, past *storage.PastDelivery, attempts []PackedAttempt) error {
	d, e := &past.Delivery, &past.Event
	if err := reserve(t, d.ID, d.WebhookID, d.Webhook); err != nil {
		return err
	}
	err := t.Send(`INSERT INTO events VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING`, d.EventID, e.WebhookID, e.RequestID, e.Channel,
		e.Status, e.Variant, e.Identity, e.Misbehave, column.At(e.CreatedAt), notNil(e.Payload))
	if err != nil {
		return err
	}
	if err := t.Deliveries().AddFinal(d); err != nil {
		return err
	}
	for i, a := range attempts {
		err := insert(t, `attempts`, []any{
			d.ID, a.N, column.At(a.At), a.Code, a.ErrorClass, a.Error,
			int64(a.Timings.DNS), int64(a.Timings.Connect), int64(a.Timings.TLS), int64(a.Timings.FirstByte), int64(a.Timings.Total),
			attempts[i].Request, attempts[i].Response, attempts[i].Sealed, a.ResponseBody, a.ResponseFlaw,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *ReceiptStore) importReceipt(t Tx, r *storage.Receipt) error {
	if err := reserve(t, r.ID, r.WebhookID, r.Webhook); err != nil {
		return err
	}
	if err := s.insert(t, r, packReceipt(r)); err != nil {
		return err
	}
	if r.Outcome != "" {
		if err := t.Send(`INSERT INTO answers VALUES (?,?,?)`, r.ID, r.Outcome, int64(r.Duration)); err != nil {
			return err
		}
	}
	return grow(t, r.ID, len(r.Forward.Body))
}

// reserve keeps the ID of a record from being assigned, and stores the name of its webhook, which may
// have been deleted.
func reserve(t Tx, id, webhook storage.ID, name string) error {
	if err := t.Reserve(id); err != nil || webhook == 0 {
		return err
	}
	return t.Send(`INSERT INTO webhook_names VALUES (?, ?) ON CONFLICT DO NOTHING`, webhook, name)
}
