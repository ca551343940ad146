package sqlite

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"backchannel/storage"
	"backchannel/storage/column"
	"backchannel/storage/records"
	"backchannel/storage/seal"
)

// A DeliveryStore stores events and what becomes of their deliveries. What the engine does
// with them is in QueueStore.
type DeliveryStore struct{ *database }

// shownState is the SQL for a delivery's state as shown: a delivery is parked while its
// webhook is paused or the webhook's breaker is open. Storing that would change a million
// rows when a webhook is paused.
const shownState = `CASE WHEN d.next_attempt_at IS NOT NULL AND (w.state = 'paused' OR b.open_until IS NOT NULL) THEN 'parked' ELSE d.state END`

// selectDeliveries reads deliveries from the one table that determines their order. CROSS JOIN
// keeps SQLite from choosing another one to begin with, and having to sort.
const selectDeliveries = `SELECT d.id, d.event_id, d.webhook_id, n.name, e.request_id, e.channel, e.status, e.variant, e.identity,
		e.misbehave, d.replay_of, ` + shownState + `, d.attempts, d.code, d.error_class, d.error, d.created_at, d.next_attempt_at, d.finished_at,
		coalesce(d.message_id, 0), d.due_at, coalesce(m.campaign_id, 0), coalesce(x.campaign, ''), coalesce(x.execution_id, ''),
		coalesce(d.check_id, 0), coalesce(d.check_case, '')
	FROM deliveries d
	CROSS JOIN events e ON e.id = d.event_id
	CROSS JOIN webhook_names n ON n.webhook_id = d.webhook_id
	LEFT JOIN webhooks w ON w.id = d.webhook_id
	LEFT JOIN breakers b ON b.webhook_id = d.webhook_id
	LEFT JOIN campaign_messages m ON m.id = d.message_id
	LEFT JOIN executions x ON x.id = m.execution`

func scanDelivery(read scan) (d storage.Delivery, err error) {
	var created, next, finished, due timestamp
	err = read(&d.ID, &d.EventID, &d.WebhookID, &d.Webhook, &d.RequestID, &d.Channel, &d.Status, &d.Variant, &d.Identity,
		&d.Misbehave, &d.ReplayOf, &d.State, &d.Attempts, &d.Code, &d.ErrorClass, &d.Error, &created, &next, &finished,
		&d.MessageID, &due, &d.CampaignID, &d.Campaign, &d.ExecutionID, &d.CheckID, &d.CheckCase)
	d.CreatedAt, d.NextAttemptAt, d.FinishedAt, d.DueAt = created.Time, next.Time, finished.Time, due.Time
	return d, err
}

// Delivery finds a delivery by its ID.
func (s *DeliveryStore) Delivery(ctx context.Context, id storage.ID) (storage.Delivery, error) {
	d, err := findDelivery(ctx, s.reads, id)
	if err != nil {
		return d, fmt.Errorf("find delivery %s: %w", id, err)
	}
	return d, nil
}

// findDelivery reads a delivery on a reader's or the writer's connection: within a transaction
// only the latter sees what the transaction has changed.
func findDelivery(ctx context.Context, from source, id storage.ID) (storage.Delivery, error) {
	return first(ctx, from, scanDelivery, selectDeliveries+` WHERE d.id = ?`, id)
}

// Deliveries lists the deliveries that a query selects.
func (s *DeliveryStore) Deliveries(ctx context.Context, q storage.DeliveryQuery) ([]storage.Delivery, error) {
	where, args := deliveryTerms(q)
	order := ` ORDER BY d.id DESC`
	if q.After != 0 {
		order = ` ORDER BY d.id`
	}
	all, err := collect(ctx, s.reads, scanDelivery, selectDeliveries+where+order+` LIMIT ?`, append(args, records.Limit(q.Limit))...)
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", err)
	}
	return all, nil
}

// CountDeliveries counts the deliveries that Deliveries would list.
func (s *DeliveryStore) CountDeliveries(ctx context.Context, q storage.DeliveryQuery) (int64, error) {
	where, args := deliveryTerms(q)
	counted := `SELECT count(*) FROM (` + selectDeliveries + where + `)`
	if len(q.States) == 0 && len(q.EventIDs) == 0 && len(q.Statuses) == 0 && len(q.Filter.Terms) == 0 {
		counted = `SELECT count(*) FROM deliveries d` + where // the other terms need no joined table
	}
	n, err := first(ctx, s.reads, records.One[int64], counted, args...)
	if err != nil {
		return 0, fmt.Errorf("count deliveries: %w", err)
	}
	return n, nil
}

// deliveryTerms translates a query to SQL.
func deliveryTerms(q storage.DeliveryQuery) (where string, args []any) {
	var terms []string
	add := func(term string, values ...any) {
		terms = append(terms, term)
		args = append(args, values...)
	}
	addStates := func(states []storage.State) {
		if len(states) > 0 {
			add(stateTerm(states))
			add(shownState+` IN (`+records.Marks(len(states))+`)`, records.Args(states)...)
		}
	}
	all, states := q.Filter.Split()
	for _, term := range all {
		c := deliveryCondition(term).negatedIf(term.Not)
		add(c.sql, c.args...)
	}
	addStates(storage.StatesOf(states))
	if q.WebhookID != 0 {
		add(`d.webhook_id = ?`, q.WebhookID)
	}
	if q.CheckID != 0 {
		add(`d.check_id = ?`, q.CheckID)
		if q.CheckCase != "" {
			add(`d.check_case = ?`, q.CheckCase)
		}
	}
	if len(q.EventIDs) > 0 {
		add(`d.event_id IN (`+records.Marks(len(q.EventIDs))+`)`, records.Args(q.EventIDs)...)
	}
	addStates(q.States)
	if len(q.Statuses) > 0 {
		add(`e.status IN (`+records.Marks(len(q.Statuses))+`)`, records.Args(q.Statuses)...)
	}
	if !q.Since.IsZero() { // an ID is at least the time of creation, and unlike created_at it has an index
		add(`d.id >= ? AND d.created_at >= ?`, q.Since.UnixMicro(), q.Since.UnixMicro())
	}
	if q.Before != 0 {
		add(`d.id < ?`, q.Before)
	}
	if q.After != 0 {
		add(`d.id > ?`, q.After)
	}
	if len(terms) == 0 {
		return "", nil
	}
	return ` WHERE ` + strings.Join(terms, ` AND `), args
}

// stateTerm selects deliveries by the stored states that the given shown states can have.
// The states are literals in the SQL, because SQLite uses a partial index only if it can
// prove from the statement that the index applies.
func stateTerm(shown []storage.State) string {
	terms := make([]string, len(shown))
	for i, state := range shown {
		terms[i] = `d.state = '` + string(state) + `'`
		if state == storage.Parked {
			terms[i] = `d.next_attempt_at IS NOT NULL`
		}
	}
	return `(` + strings.Join(terms, ` OR `) + `)`
}

// Attempts lists the attempts of a delivery, oldest first.
func (s *DeliveryStore) Attempts(ctx context.Context, delivery storage.ID) ([]storage.Attempt, error) {
	all, err := collect(ctx, s.reads, s.scanAttempt, `SELECT delivery_id, n, at, code, error_class, error, dns, connect, tls, first_byte, total,
		request_headers, response_headers, secrets, response_body, response_flaw FROM attempts WHERE delivery_id = ? ORDER BY n`, delivery)
	if err != nil {
		return nil, fmt.Errorf("list attempts of delivery %s: %w", delivery, err)
	}
	return all, nil
}

func (s *DeliveryStore) scanAttempt(read scan) (a storage.Attempt, err error) {
	var at timestamp
	var request, response, sealed []byte
	t := &a.Timings
	err = read(&a.DeliveryID, &a.N, &at, &a.Code, &a.ErrorClass, &a.Error, (*int64)(&t.DNS), (*int64)(&t.Connect), (*int64)(&t.TLS),
		(*int64)(&t.FirstByte), (*int64)(&t.Total), &request, &response, &sealed, &a.ResponseBody, &a.ResponseFlaw)
	if err != nil {
		return a, err
	}
	a.At = at.Time
	secrets, err := s.seals.Open(sealed, attemptSecrets(a))
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
func attemptSecrets(a storage.Attempt) seal.Place {
	return seal.At("attempts", "secrets/"+strconv.Itoa(a.N), a.DeliveryID)
}

// SentDigest returns the hexadecimal SHA-256 of a delivery's payload and the delivery's
// webhook. It returns false if there is no such delivery.
func (s *DeliveryStore) SentDigest(ctx context.Context, delivery storage.ID) (digest string, webhook storage.ID, ok bool, err error) {
	type sent struct {
		webhook storage.ID
		payload []byte
	}
	found, err := first(ctx, s.reads, func(read scan) (one sent, err error) {
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
