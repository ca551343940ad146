package postgres

import (
	"context"
	"fmt"

	"backchannel/storage"
	"backchannel/storage/column"
)

// ImportConfiguration stores what was set up in another store, with its IDs, versions and times:
// either all of it or nothing. What exists already is a conflict.
func (s *Store) ImportConfiguration(ctx context.Context, c storage.Configuration) error {
	err := c.Validate(ctx, s.WebhookStore.rules)
	if err == nil {
		err = s.write(ctx, storage.ChangedAll&^storage.ChangedElsewhere, func(t *tx) error { return s.importConfiguration(t, c) })
	}
	if err != nil {
		return fmt.Errorf("import the configuration: %w", err)
	}
	return nil
}

func (s *Store) importConfiguration(t *tx, c storage.Configuration) error {
	for i := range c.Webhooks {
		if err := s.importWebhook(t, c.Webhooks[i]); err != nil {
			return err
		}
	}
	for webhook, p := range c.Profiles {
		if err := s.set(t, webhook, p); err != nil {
			return err
		}
	}
	for i := range c.Campaigns {
		if err := s.importCampaign(t, c.Campaigns[i]); err != nil {
			return err
		}
	}
	for _, f := range c.Fixtures {
		if err := s.FixtureStore.insert(t, f); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) importWebhook(t *tx, w storage.Webhook) error {
	t.reserve(w.ID)
	err := s.WebhookStore.add(t, &w, nil)
	if violates(err) {
		return takenID("webhook", w.ID)
	}
	return err
}

// importCampaign stores a campaign without the number of its executions, which stay behind.
func (s *Store) importCampaign(t *tx, c storage.Campaign) error {
	t.reserve(c.ID)
	c.Executions = 0
	if err := s.check(t.context, t, c, nil); err != nil {
		return err
	}
	values, err := column.CampaignValues(&c, moment)
	if err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO campaigns (`+column.CampaignColumns+`) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)`, values...)
	if violates(err) {
		return takenID("campaign", c.ID)
	}
	if err != nil {
		return err
	}
	return t.addActivity(storage.Activity{Kind: storage.ActivityCampaign, CampaignID: c.ID, Text: "campaign " + c.Name + " created" + s.by})
}

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

// refuseTaken looks for what exists already. No other transaction stores any before this one
// ends.
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
		taken, err := collect(t.context, t, one[storage.ID], kind.query, kind.ids)
		if err != nil {
			return err
		}
		for _, id := range taken {
			bad = append(bad, takenID(kind.name, id)...)
		}
	}
	return bad.Err()
}

// importDelivery stores a delivery that is final. What it was a part of, a campaign's message or
// a check, stays behind.
func (t *tx) importDelivery(past *storage.PastDelivery, attempts []packedAttempt) {
	d, e := &past.Delivery, &past.Event
	t.reserve(d.ID)
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
	t.reserve(r.ID)
	t.keepName(r.WebhookID, r.Webhook)
	facet, err := t.facetID(column.FacetOf(r))
	if err != nil {
		return err
	}
	s.ReceiptStore.insert(t, r, facet, packReceipt(r))
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

// keepName stores the name of a webhook of which there is only history.
func (t *tx) keepName(webhook storage.ID, name string) {
	if webhook != 0 {
		t.send(`INSERT INTO webhook_names VALUES (?, ?) ON CONFLICT DO NOTHING`, webhook, name)
	}
}

// reserve keeps an ID from being assigned.
func (t *tx) reserve(id storage.ID) { t.last = max(t.last, id) }

func takenID(kind string, id storage.ID) storage.FieldErrors {
	return storage.FieldErrors{{Field: kind + " " + id.String(), Conflict: true, Reason: "exists already"}}
}
