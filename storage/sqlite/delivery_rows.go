package sqlite

import (
	"database/sql/driver"
	"time"

	"backchannel/storage"
	"backchannel/storage/column"
	"backchannel/storage/records"
)

// A deliveryRows changes the rows of deliveries in one transaction, together with the stored
// number of deliveries in each state: counting a million rows takes too long when the
// numbers are read. Nothing else may change a delivery's state.
type deliveryRows struct {
	*statements
	counts  map[deliveryState]int64 // changes not yet saved
	tallies column.Tallies          // likewise
}

// A deliveryState is a delivery's webhook and stored state.
type deliveryState struct {
	webhook storage.ID
	state   storage.State
}

func (r *deliveryRows) count(of deliveryState, n int64) {
	if r.counts == nil {
		r.counts = map[deliveryState]int64{}
	}
	r.counts[of] += n
}

// countMove counts n deliveries that change to another state.
func (r *deliveryRows) countMove(from deliveryState, to storage.State, n int64) {
	r.count(from, -n)
	r.count(deliveryState{from.webhook, to}, n)
}

// saveCounts updates the stored counts, once per transaction. With triggers SQLite would copy
// every page before it changes, in case the statement fails.
func (r *deliveryRows) saveCounts() error {
	for of, n := range r.counts {
		if n == 0 {
			continue
		}
		err := r.raw.exec(`INSERT INTO delivery_counts VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n`,
			int64(of.webhook), string(of.state), n)
		if err != nil {
			return err
		}
	}
	return nil
}

// saveTallies updates the stored tallies. At most as many change as attempts end in one
// transaction, and under load far fewer.
func (r *deliveryRows) saveTallies() error {
	for _, of := range r.tallies.Kinds() {
		err := r.raw.exec(`INSERT INTO attempt_tallies VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n`,
			int64(of.Webhook), of.Period, string(of.Class), int64(of.Took), r.tallies[of])
		if err != nil {
			return err
		}
	}
	return nil
}

// insert stores a new delivery, which has an ID and is queued.
func (r *deliveryRows) insert(d *storage.Delivery) error {
	r.count(deliveryState{d.WebhookID, storage.Queued}, 1)
	created := micros(d.CreatedAt)
	next := created // of most, which spares an allocation
	if !d.NextAttemptAt.Equal(d.CreatedAt) {
		next = micros(d.NextAttemptAt)
	}
	return r.raw.exec(`INSERT INTO deliveries (id, event_id, webhook_id, replay_of, state, created_at, next_attempt_at, message_id, due_at)
		VALUES (?,?,?,?,'queued',?,?,?,?)`,
		int64(d.ID), int64(d.EventID), int64(d.WebhookID), int64(d.ReplayOf), created, next,
		unlessZero(d.MessageID), micros(d.DueAt))
}

// insertSent stores a new delivery of a check, which is being sent and never waits.
func (r *deliveryRows) insertSent(d *storage.Delivery) error {
	r.count(deliveryState{d.WebhookID, storage.Sending}, 1)
	return r.raw.exec(`INSERT INTO deliveries (id, event_id, webhook_id, replay_of, state, created_at, check_id, check_case) VALUES (?,?,?,0,'sending',?,?,?)`,
		int64(d.ID), int64(d.EventID), int64(d.WebhookID), micros(d.CreatedAt), int64(d.CheckID), d.CheckCase)
}

// insertFinal stores a delivery that ended elsewhere, and the outcome of its last attempt.
func (r *deliveryRows) insertFinal(d *storage.Delivery) error {
	r.count(deliveryState{d.WebhookID, d.State}, 1)
	return r.raw.exec(`INSERT INTO deliveries (id, event_id, webhook_id, replay_of, state, attempts, code, error_class, error, created_at, finished_at, due_at)
		VALUES (?,?,?,?,?,?,?,?,?,?,?,?)`,
		int64(d.ID), int64(d.EventID), int64(d.WebhookID), int64(d.ReplayOf), string(d.State), int64(d.Attempts), int64(d.Code),
		string(d.ErrorClass), d.Error, micros(d.CreatedAt), micros(d.FinishedAt), micros(d.DueAt))
}

// unlessZero returns an ID as stored, or NULL for none.
func unlessZero(id storage.ID) any {
	if id == 0 {
		return nil
	}
	return int64(id)
}

// state returns a delivery's state and the message that it is about, or 0.
func (r *deliveryRows) state(id storage.ID) (is deliveryState, message storage.ID, err error) {
	var row [3]driver.Value
	found, err := r.raw.queryRow(row[:], `SELECT webhook_id, state, message_id FROM deliveries WHERE id = ?`, int64(id))
	if err == nil && !found {
		err = storage.ErrNotFound
	}
	if err != nil {
		return is, 0, err
	}
	return deliveryState{storage.ID(integer(row[0])), storage.State(text(row[1]))}, storage.ID(integer(row[2])), nil
}

// stop changes a delivery's state to one in which it has no next attempt.
func (r *deliveryRows) stop(id storage.ID, to storage.State) error {
	was, _, err := r.state(id)
	if err != nil {
		return err
	}
	return r.stopFrom(was, id, to)
}

func (r *deliveryRows) stopFrom(was deliveryState, id storage.ID, to storage.State) error {
	r.countMove(was, to, 1)
	return r.raw.exec(`UPDATE deliveries SET state = ?, next_attempt_at = NULL WHERE id = ?`, string(to), int64(id))
}

// send marks a delivery as being sent, if it waits.
func (r *deliveryRows) send(id storage.ID) error {
	was, _, err := r.state(id)
	if err != nil || was.state != storage.Queued && was.state != storage.Retrying {
		return err
	}
	return r.stopFrom(was, id, storage.Sending)
}

// finish updates a delivery after an attempt and returns its new state and its message, or 0.
// One that was cancelled during the attempt stays cancelled.
func (r *deliveryRows) finish(o *storage.Outcome) (is deliveryState, message storage.ID, err error) {
	a := &o.Attempt
	was, message, err := r.state(a.DeliveryID)
	if err != nil {
		return was, 0, err
	}
	r.tallies.Add(was.webhook, a)
	is = deliveryState{was.webhook, o.State}
	next := micros(o.NextAttemptAt)
	if was.state == storage.Cancelled {
		is.state = storage.Cancelled
	}
	if is.state != storage.Retrying {
		next = nil
	}
	r.countMove(was, is.state, 1)
	return is, message, r.raw.exec(`UPDATE deliveries SET attempts = ?, code = ?, error_class = ?, error = ?, finished_at = ?, state = ?, next_attempt_at = ? WHERE id = ?`,
		int64(a.N), int64(a.Code), string(a.ErrorClass), a.Error, micros(o.FinishedAt), string(is.state), next, int64(a.DeliveryID))
}

// reset makes all deliveries due that are marked as being sent, and cancels those of checks,
// which are never retried.
func (r *deliveryRows) reset(now time.Time) error {
	cancelled, err := records.Collect(r.Context(), r, records.One[storage.ID],
		`UPDATE deliveries SET state = 'cancelled' WHERE state = 'sending' AND check_id IS NOT NULL RETURNING webhook_id`)
	if err != nil {
		return err
	}
	for _, webhook := range cancelled {
		r.countMove(deliveryState{webhook, storage.Sending}, storage.Cancelled, 1)
	}
	for state, which := range map[storage.State]string{storage.Queued: `attempts = 0`, storage.Retrying: `attempts > 0`} {
		webhooks, err := records.Collect(r.Context(), r, records.One[storage.ID],
			`UPDATE deliveries SET state = ?, next_attempt_at = ? WHERE state = 'sending' AND `+which+` RETURNING webhook_id`, state, micros(now))
		if err != nil {
			return err
		}
		for _, webhook := range webhooks {
			r.countMove(deliveryState{webhook, storage.Sending}, state, 1)
		}
	}
	return nil
}

// cancelAll cancels a webhook's deliveries that are waiting or being sent.
func (r *deliveryRows) cancelAll(webhook storage.ID) (cancelled int, err error) {
	for _, from := range []storage.State{storage.Queued, storage.Retrying, storage.Sending} {
		n, err := r.Exec(`UPDATE deliveries SET state = 'cancelled', next_attempt_at = NULL WHERE webhook_id = ? AND state = ?`, webhook, from)
		if err != nil {
			return 0, err
		}
		r.countMove(deliveryState{webhook, from}, storage.Cancelled, n)
		cancelled += int(n)
	}
	return cancelled, nil
}

// remove removes deliveries that ended before a given time, with their attempts, and events
// that have no delivery left.
func (r *deliveryRows) remove(before time.Time, limit int64) (int64, error) {
	removed, err := records.Collect(r.Context(), r, scanRemoved, `DELETE FROM deliveries WHERE id IN (
			SELECT id FROM deliveries
			WHERE id < ?1 AND state IN ('delivered', 'failed', 'cancelled') AND coalesce(finished_at, created_at) < ?1 ORDER BY id LIMIT ?2)
		RETURNING event_id, webhook_id, state`, before.UnixMicro(), limit)
	if err != nil {
		return 0, err
	}
	for _, d := range removed {
		r.count(d.deliveryState, -1)
		err := r.raw.exec(`DELETE FROM events WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM deliveries WHERE event_id = ?1)`, int64(d.event))
		if err != nil {
			return 0, err
		}
	}
	return int64(len(removed)), nil
}

type removedDelivery struct {
	event storage.ID
	deliveryState
}

func scanRemoved(read scan) (d removedDelivery, err error) {
	err = read(&d.event, &d.webhook, &d.state)
	return d, err
}

// ofCheck reports whether a delivery is a request of the endpoint check.
func (t *tx) ofCheck(id storage.ID) (bool, error) {
	return t.raw.queryRow(nil, `SELECT 1 FROM deliveries WHERE id = ? AND check_id IS NOT NULL`, int64(id))
}
