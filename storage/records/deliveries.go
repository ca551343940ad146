package records

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"

	"backchannel/storage"
	"backchannel/storage/column"
	"backchannel/storage/seal"
)

// A DeliveryStore stores events and their deliveries, and changes deliveries at a person's request.
// The stores add what the engine needs.
type DeliveryStore struct{ db *Database }

// NewDeliveryStore returns the deliveries in a database.
func NewDeliveryStore(db *Database) DeliveryStore { return DeliveryStore{db} }

// selectDeliveries reads deliveries joined with what lists show of other tables. Dialect.Join keeps
// the database from starting with another table, after which it would have to sort all rows.
func (d *Dialect) selectDeliveries() string {
	return `SELECT d.id, d.event_id, d.webhook_id, n.name, e.request_id, e.channel, e.status, e.variant, e.identity,
		e.misbehave, d.replay_of, ` + shownState + `, d.attempts, d.code, d.error_class, d.error, d.no_answer, d.created_at, d.next_attempt_at, d.finished_at,
		coalesce(d.message_id, 0), d.due_at, coalesce(m.campaign_id, 0), coalesce(x.campaign, ''), coalesce(x.execution_id, ''),
		coalesce(d.check_id, 0), coalesce(d.check_case, '')
	FROM deliveries d
	` + d.Join + ` events e ON e.id = d.event_id
	` + d.Join + ` webhook_names n ON n.webhook_id = d.webhook_id
	LEFT JOIN webhooks w ON w.id = d.webhook_id
	LEFT JOIN breakers b ON b.webhook_id = d.webhook_id
	LEFT JOIN campaign_messages m ON m.id = d.message_id
	LEFT JOIN executions x ON x.id = m.execution`
}

func scanDelivery(read Scan) (d storage.Delivery, err error) {
	var created, next, finished, due column.Timestamp
	err = read(&d.ID, &d.EventID, &d.WebhookID, &d.Webhook, &d.RequestID, &d.Channel, &d.Status, &d.Variant, &d.Identity,
		&d.Misbehave, &d.ReplayOf, &d.State, &d.Attempts, &d.Code, &d.ErrorClass, &d.Error, &d.NoAnswer, &created, &next, &finished,
		&d.MessageID, &due, &d.CampaignID, &d.Campaign, &d.ExecutionID, &d.CheckID, &d.CheckCase)
	d.CreatedAt, d.NextAttemptAt, d.FinishedAt, d.DueAt = created.Time, next.Time, finished.Time, due.Time
	return d, err
}

// Delivery finds a delivery by its ID.
func (s *DeliveryStore) Delivery(ctx context.Context, id storage.ID) (storage.Delivery, error) {
	d, err := findDelivery(ctx, s.db.Reads, id)
	return d, Wrap(err, "find delivery %s", id)
}

// findDelivery reads a delivery. Within a transaction, from must be the transaction, because only it
// sees its own changes.
func findDelivery(ctx context.Context, from Source, id storage.ID) (storage.Delivery, error) {
	plain := Dialect{Join: `JOIN`} // there is one row
	return First(ctx, from, scanDelivery, plain.selectDeliveries()+` WHERE d.id = ?`, id)
}

// Deliveries lists the deliveries that a query selects.
func (s *DeliveryStore) Deliveries(ctx context.Context, q storage.DeliveryQuery) ([]storage.Delivery, error) {
	query, args := s.db.Dialect.ListDeliveries(q)
	all, err := Collect(ctx, s.db.Reads, scanDelivery, query, args...)
	return all, Wrap(err, "list deliveries")
}

// ListDeliveries returns the SQL of a list of deliveries.
func (d *Dialect) ListDeliveries(q storage.DeliveryQuery) (query string, args []any) {
	where, args := allOf(d.deliveryTerms(q))
	return d.selectDeliveries() + where + ` ORDER BY d.id` + direction(q.After, false) + ` LIMIT ?`, append(args, limitOf(q.Limit))
}

// CountDeliveries counts the deliveries that Deliveries would list.
func (s *DeliveryStore) CountDeliveries(ctx context.Context, q storage.DeliveryQuery) (int64, error) {
	where, args := allOf(s.db.Dialect.deliveryTerms(q))
	counted := `SELECT count(*) FROM (` + s.db.Dialect.selectDeliveries() + where + `) listed`
	if len(q.States) == 0 && len(q.EventIDs) == 0 && len(q.Statuses) == 0 && len(q.Filter.Terms) == 0 {
		counted = `SELECT count(*) FROM deliveries d` + where // the other terms need no joined table
	}
	n, err := First(ctx, s.db.Reads, One[int64], counted, args...)
	return n, Wrap(err, "count deliveries")
}

// Attempts lists the attempts of a delivery, oldest first.
func (s *DeliveryStore) Attempts(ctx context.Context, delivery storage.ID) ([]storage.Attempt, error) {
	all, err := Collect(ctx, s.db.Reads, s.scanAttempt, `SELECT delivery_id, n, at, code, error_class, error, dns, connect, tls, first_byte, total,
		request_headers, response_headers, secrets, response_body, response_flaw FROM attempts WHERE delivery_id = ? ORDER BY n`, delivery)
	return all, Wrap(err, "list attempts of delivery %s", delivery)
}

func (s *DeliveryStore) scanAttempt(read Scan) (a storage.Attempt, err error) {
	var at column.Timestamp
	var request, response, sealed []byte
	t := &a.Timings
	err = read(&a.DeliveryID, &a.N, &at, &a.Code, &a.ErrorClass, &a.Error, (*int64)(&t.DNS), (*int64)(&t.Connect), (*int64)(&t.TLS),
		(*int64)(&t.FirstByte), (*int64)(&t.Total), &request, &response, &sealed, &a.ResponseBody, &a.ResponseFlaw)
	if err != nil {
		return a, err
	}
	a.At = at.Time
	secrets, err := s.db.Seals.Open(sealed, attemptSecrets(&a))
	if err != nil {
		return a, err
	}
	if a.RequestHeaders, secrets, err = column.UnpackHeaders(request, secrets); err != nil {
		return a, err
	}
	var old bool
	if a.ResponseHeaders, _, old, err = column.UnpackForeign(response, secrets); err == nil && old {
		column.MaskOld(&a)
	}
	return a, err
}

// attemptSecrets returns the associated data of an attempt's secret header values.
func attemptSecrets(a *storage.Attempt) seal.Place {
	return seal.At("attempts", "secrets/"+strconv.Itoa(a.N), a.DeliveryID)
}

// SentDigest returns the hexadecimal SHA-256 of a delivery's payload and the delivery's
// webhook. It returns false if there is no such delivery.
func (s *DeliveryStore) SentDigest(ctx context.Context, delivery storage.ID) (digest string, webhook storage.ID, ok bool, err error) {
	type sent struct {
		webhook storage.ID
		payload []byte
	}
	found, err := First(ctx, s.db.Reads, func(read Scan) (one sent, err error) {
		err = read(&one.webhook, &one.payload)
		return one, err
	}, `SELECT d.webhook_id, e.payload FROM deliveries d JOIN events e ON e.id = d.event_id WHERE d.id = ?`, delivery)
	if errors.Is(err, storage.ErrNotFound) {
		return "", 0, false, nil
	}
	if err != nil {
		return "", 0, false, fmt.Errorf("find the payload of delivery %s: %w", delivery, err)
	}
	sum := sha256.Sum256(found.payload)
	return hex.EncodeToString(sum[:]), found.webhook, true, nil
}
