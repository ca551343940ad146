package postgres

import (
	"errors"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"backchannel/storage"
	"backchannel/storage/column"
	"backchannel/storage/records"
)

// A deliveryRows changes the rows of deliveries in one transaction, together with the stored
// number of deliveries in each state: counting a million rows takes too long when the
// numbers are read. Nothing else may change a delivery's state.
type deliveryRows struct {
	*tx
	counts  column.Counts[column.DeliveryState] // changes not yet saved
	tallies column.Tallies                      // likewise

	events  eventRows // these three are sent before other statements
	made    newDeliveries
	endings endings
}

// queue adds what has been collected to a batch.
func (r *deliveryRows) queue(to *pgx.Batch) {
	r.events.queue(to)
	r.made.queue(to)
	r.endings.queue(to)
}

// waits reports whether attempts have ended whose results the rest of the transaction needs.
func (r *deliveryRows) waits() bool { return r.endings.of != nil }

// saveCounts updates the stored counts, once per transaction and always in the same order, so that
// two writers that share a slot cannot deadlock.
func (r *deliveryRows) saveCounts() {
	for _, of := range r.counts.Sorted() {
		if n := r.counts[of]; n != 0 {
			r.send(`INSERT INTO delivery_counts AS c VALUES (?, ?, ?, ?) ON CONFLICT (webhook_id, state, slot) DO UPDATE SET n = c.n + excluded.n`,
				of.Webhook, of.State, r.slot, n)
		}
	}
}

func (r *deliveryRows) AddEvent(e *storage.Event) error {
	r.events.add(e)
	return nil
}

func (r *deliveryRows) Add(d *storage.Delivery, payload []byte) error {
	r.counts.Add(column.DeliveryState{Webhook: d.WebhookID, State: storage.Queued}, 1)
	r.made.add(d)
	r.jobs.queued = append(r.jobs.queued, Queued{*d, payload})
	return nil
}

func (r *deliveryRows) AddSent(d *storage.Delivery) error {
	r.counts.Add(column.DeliveryState{Webhook: d.WebhookID, State: storage.Sending}, 1)
	r.send(`INSERT INTO deliveries (id, event_id, webhook_id, replay_of, state, created_at, check_id, check_case, node) VALUES (?,?,?,0,'sending',?,?,?,?)`,
		d.ID, d.EventID, d.WebhookID, d.CreatedAt, d.CheckID, d.CheckCase, r.node)
	return nil
}

func (r *deliveryRows) AddFinal(d *storage.Delivery) error {
	r.counts.Add(column.DeliveryState{Webhook: d.WebhookID, State: d.State}, 1)
	r.send(`INSERT INTO deliveries (id, event_id, webhook_id, replay_of, state, attempts, code, error_class, error, no_answer, created_at, finished_at, due_at)
		VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		d.ID, d.EventID, d.WebhookID, d.ReplayOf, d.State, d.Attempts, d.Code, d.ErrorClass, d.Error, d.NoAnswer,
		d.CreatedAt, moment(d.FinishedAt), moment(d.DueAt))
	return nil
}

// stop changes a delivery's state to one in which it has no next attempt.
func (r *deliveryRows) stop(id storage.ID, to storage.State) error {
	was, err := records.First(r.Context(), r, scanState, `SELECT webhook_id, state FROM deliveries WHERE id = ? FOR UPDATE`, id)
	if err != nil {
		return err
	}
	r.counts.Move(was, was.To(to), 1)
	r.send(`UPDATE deliveries SET state = ?, next_attempt_at = NULL WHERE id = ?`, to, id)
	r.jobs.cancelled = append(r.jobs.cancelled, id)
	return nil
}

func scanState(read scan) (is column.DeliveryState, err error) {
	err = read(&is.Webhook, &is.State)
	return is, err
}

func (r *deliveryRows) MarkSending(ids []storage.ID) error {
	r.send(`WITH was AS (SELECT id, webhook_id, state FROM deliveries WHERE id = ANY(?1) AND state IN ('queued', 'retrying') ORDER BY id FOR UPDATE),
		changed AS (UPDATE deliveries d SET state = 'sending', next_attempt_at = NULL, node = ?2 FROM was WHERE d.id = was.id)
		SELECT webhook_id, state, count(*) FROM was GROUP BY 1, 2`, ids, r.node).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			var was column.DeliveryState
			var n int64
			if err := rows.Scan(&was.Webhook, &was.State, &n); err != nil {
				return err
			}
			r.counts.Move(was, was.To(storage.Sending), n)
		}
		return rows.Err()
	})
	return nil
}

// Finish implements records.Deliveries. A second attempt of the same delivery needs another
// statement, so those collected so far are sent first.
func (r *deliveryRows) Finish(o *storage.Outcome, packed records.PackedAttempt, then func(records.Finished) error) error {
	if _, ending := r.endings.of[o.Attempt.DeliveryID]; ending {
		if err := r.flush(); err != nil {
			return err
		}
	}
	r.endings.add(o, packed, func(was records.Finished) {
		r.countFinished(o, was)
		r.then(func() error { return then(was) })
	})
	return nil
}

func (r *deliveryRows) countFinished(o *storage.Outcome, was records.Finished) {
	state, next := o.State, o.NextAttemptAt
	if was.State == storage.Cancelled {
		state = storage.Cancelled
	}
	if state != storage.Retrying {
		next = time.Time{}
	}
	r.counts.Move(was.DeliveryState, was.To(state), 1)
	r.tallies.Add(was.Webhook, &o.Attempt)
	r.jobs.finished = append(r.jobs.finished, Finished{o.Attempt.DeliveryID, was.Webhook, state, next})
}

// abandoned restricts a statement to what a node or a dead one was working on.
func abandoned(node int64) string {
	return ` AND (node IS NULL OR node = ` + strconv.FormatInt(node, 10) + ` OR NOT EXISTS (SELECT FROM nodes n WHERE n.id = node AND n.leads AND ` + heard + `))`
}

func (r *deliveryRows) Reset() error { return r.reset(r.node) }

// reset makes the deliveries due that are marked as being sent by the given node or a dead one. It
// cancels those of checks, which are never retried.
func (r *deliveryRows) reset(node int64) error {
	cancelled, err := records.Collect(r.Context(), r, records.One[storage.ID],
		`UPDATE deliveries SET state = 'cancelled', node = NULL WHERE state = 'sending' AND check_id IS NOT NULL`+abandoned(node)+` RETURNING webhook_id`)
	if err != nil {
		return err
	}
	for _, webhook := range cancelled {
		r.counts.Move(column.DeliveryState{Webhook: webhook, State: storage.Sending}, column.DeliveryState{Webhook: webhook, State: storage.Cancelled}, 1)
	}
	again, err := records.Collect(r.Context(), r, scanIdentified, `UPDATE deliveries SET state = CASE attempts WHEN 0 THEN 'queued' ELSE 'retrying' END, next_attempt_at = ?, node = NULL
		WHERE state = 'sending'`+abandoned(node)+` RETURNING id, webhook_id, state`, moment(r.Now))
	for _, d := range again {
		r.counts.Move(column.DeliveryState{Webhook: d.Webhook, State: storage.Sending}, column.DeliveryState{Webhook: d.Webhook, State: d.State}, 1)
		r.jobs.due = append(r.jobs.due, d.id)
	}
	return err
}

func (r *deliveryRows) Change(action storage.DeliveryAction, d storage.Delivery) error {
	if action == storage.RetryDeliveries {
		// Another node may have begun to send it since it was read.
		err := r.must(`UPDATE deliveries SET next_attempt_at = ? WHERE id = ? AND next_attempt_at IS NOT NULL`, r.Now, d.ID)
		if errors.Is(err, storage.ErrNotFound) {
			d.State = storage.Sending
			return action.Check(d)
		}
		if err == nil {
			r.jobs.due = append(r.jobs.due, d.ID)
		}
		return err
	}
	return r.stop(d.ID, storage.Cancelled)
}

func (r *deliveryRows) CancelAll(webhook storage.ID) (cancelled int, err error) {
	all, err := records.Collect(r.Context(), r, scanIdentified, `WITH was AS (SELECT id, webhook_id, state FROM deliveries
			WHERE webhook_id = ? AND state IN ('queued', 'retrying', 'sending') ORDER BY id FOR UPDATE),
		changed AS (UPDATE deliveries d SET state = 'cancelled', next_attempt_at = NULL FROM was WHERE d.id = was.id)
		SELECT id, webhook_id, state FROM was`, webhook)
	for _, d := range all {
		r.counts.Move(d.DeliveryState, d.To(storage.Cancelled), 1)
		r.jobs.cancelled = append(r.jobs.cancelled, d.id)
	}
	return len(all), err
}

func (r *deliveryRows) Remove(before time.Time, limit int64) (int64, error) {
	removed, err := records.Collect(r.Context(), r, scanRemoved, `DELETE FROM deliveries WHERE id IN (
			SELECT id FROM deliveries
			WHERE id < ? AND state IN ('delivered', 'failed', 'cancelled') AND coalesce(finished_at, created_at) < ? ORDER BY id LIMIT ? FOR UPDATE)
		RETURNING event_id, webhook_id, state, id`, before.UnixMicro(), before, limit)
	if err != nil || len(removed) == 0 {
		return 0, err
	}
	events, deliveries := make([]storage.ID, len(removed)), make([]storage.ID, len(removed))
	for i, d := range removed {
		events[i], deliveries[i] = d.event, d.id
		r.counts.Add(d.DeliveryState, -1)
	}
	r.send(`DELETE FROM attempts WHERE delivery_id = ANY(?)`, deliveries)
	r.send(`DELETE FROM events e WHERE id = ANY(?) AND NOT EXISTS (SELECT FROM deliveries WHERE event_id = e.id)`, events)
	return int64(len(removed)), nil
}

type removedDelivery struct {
	identified
	event storage.ID
}

func scanRemoved(read scan) (d removedDelivery, err error) {
	err = read(&d.event, &d.Webhook, &d.State, &d.id)
	return d, err
}

// An identified is a delivery and its state.
type identified struct {
	id storage.ID
	column.DeliveryState
}

func scanIdentified(read scan) (d identified, err error) {
	err = read(&d.id, &d.Webhook, &d.State)
	return d, err
}
