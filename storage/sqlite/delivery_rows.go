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
	now     time.Time
	counts  column.Counts[column.DeliveryState] // changes not yet saved
	tallies column.Tallies                      // likewise
}

// saveCounts updates the stored counts, once per transaction. With triggers SQLite would copy
// every page before it changes, in case the statement fails.
func (r *deliveryRows) saveCounts() error {
	for of, n := range r.counts {
		if n == 0 {
			continue
		}
		err := r.raw.exec(`INSERT INTO delivery_counts VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n`,
			int64(of.Webhook), string(of.State), n)
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

func (r *deliveryRows) AddEvent(e *storage.Event) error {
	return r.raw.exec(`INSERT INTO events VALUES (?,?,?,?,?,?,?,?,?,?)`, int64(e.ID), int64(e.WebhookID), e.RequestID, string(e.Channel),
		string(e.Status), e.Variant, e.Identity, string(e.Misbehave), micros(e.CreatedAt), e.Payload)
}

func (r *deliveryRows) Add(d *storage.Delivery, _ []byte) error {
	r.counts.Add(column.DeliveryState{Webhook: d.WebhookID, State: storage.Queued}, 1)
	return r.raw.exec(`INSERT INTO deliveries (id, event_id, webhook_id, replay_of, state, created_at, next_attempt_at, message_id, due_at)
		VALUES (?,?,?,?,'queued',?,?,?,?)`,
		int64(d.ID), int64(d.EventID), int64(d.WebhookID), int64(d.ReplayOf), micros(d.CreatedAt), micros(d.NextAttemptAt),
		unlessZero(d.MessageID), micros(d.DueAt))
}

func (r *deliveryRows) AddSent(d *storage.Delivery) error {
	r.counts.Add(column.DeliveryState{Webhook: d.WebhookID, State: storage.Sending}, 1)
	return r.raw.exec(`INSERT INTO deliveries (id, event_id, webhook_id, replay_of, state, created_at, check_id, check_case) VALUES (?,?,?,0,'sending',?,?,?)`,
		int64(d.ID), int64(d.EventID), int64(d.WebhookID), micros(d.CreatedAt), int64(d.CheckID), d.CheckCase)
}

func (r *deliveryRows) AddFinal(d *storage.Delivery) error {
	r.counts.Add(column.DeliveryState{Webhook: d.WebhookID, State: d.State}, 1)
	return r.raw.exec(`INSERT INTO deliveries (id, event_id, webhook_id, replay_of, state, attempts, code, error_class, error, no_answer, created_at, finished_at, due_at)
		VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		int64(d.ID), int64(d.EventID), int64(d.WebhookID), int64(d.ReplayOf), string(d.State), int64(d.Attempts), int64(d.Code),
		string(d.ErrorClass), d.Error, string(d.NoAnswer), micros(d.CreatedAt), micros(d.FinishedAt), micros(d.DueAt))
}

// unlessZero returns an ID as stored, or NULL for none.
func unlessZero(id storage.ID) any {
	if id == 0 {
		return nil
	}
	return int64(id)
}

// state returns what a delivery is now.
func (r *deliveryRows) state(id storage.ID) (is records.Finished, err error) {
	var row [4]driver.Value
	found, err := r.raw.queryRow(row[:], `SELECT webhook_id, state, message_id, check_id IS NOT NULL FROM deliveries WHERE id = ?`, int64(id))
	if err == nil && !found {
		err = storage.ErrNotFound
	}
	if err == nil {
		is.Webhook, is.State = storage.ID(integer(row[0])), storage.State(text(row[1]))
		is.Message, is.Checked = storage.ID(integer(row[2])), integer(row[3]) != 0
	}
	return is, err
}

// stop changes a delivery's state to one in which it has no next attempt.
func (r *deliveryRows) stop(id storage.ID, to storage.State) error {
	was, err := r.state(id)
	if err != nil {
		return err
	}
	return r.stopFrom(was.DeliveryState, id, to)
}

func (r *deliveryRows) stopFrom(was column.DeliveryState, id storage.ID, to storage.State) error {
	r.counts.Move(was, was.To(to), 1)
	return r.raw.exec(`UPDATE deliveries SET state = ?, next_attempt_at = NULL WHERE id = ?`, string(to), int64(id))
}

func (r *deliveryRows) MarkSending(ids []storage.ID) error {
	for _, id := range ids {
		if err := r.send(id); err != nil {
			return err
		}
	}
	return nil
}

// send marks a delivery as being sent, if it waits.
func (r *deliveryRows) send(id storage.ID) error {
	was, err := r.state(id)
	if err != nil || was.State != storage.Queued && was.State != storage.Retrying {
		return err
	}
	return r.stopFrom(was.DeliveryState, id, storage.Sending)
}

// Finish implements records.Deliveries.
func (r *deliveryRows) Finish(o *storage.Outcome, packed records.PackedAttempt, then func(records.Finished) error) error {
	stored, err := r.insertAttempt(packed)
	if err != nil || !stored {
		return err
	}
	was, err := r.finish(o)
	if err != nil {
		return err
	}
	return then(was)
}

// finish updates a delivery after an attempt and returns what it was. One that was cancelled during
// the attempt stays cancelled.
func (r *deliveryRows) finish(o *storage.Outcome) (records.Finished, error) {
	a := &o.Attempt
	was, err := r.state(a.DeliveryID)
	if err != nil {
		return was, err
	}
	r.tallies.Add(was.Webhook, a)
	is, next := o.State, micros(o.NextAttemptAt)
	if was.State == storage.Cancelled {
		is = storage.Cancelled
	}
	if is != storage.Retrying {
		next = nil
	}
	r.counts.Move(was.DeliveryState, was.To(is), 1)
	return was, r.raw.exec(`UPDATE deliveries SET attempts = ?, code = ?, error_class = ?, error = ?, no_answer = ?, finished_at = ?, state = ?, next_attempt_at = ? WHERE id = ?`,
		int64(a.N), int64(a.Code), string(a.ErrorClass), a.Error, string(a.NoAnswer), micros(o.FinishedAt), string(is), next, int64(a.DeliveryID))
}

func (r *deliveryRows) Reset() error {
	cancelled, err := records.Collect(r.Context(), r, records.One[storage.ID],
		`UPDATE deliveries SET state = 'cancelled' WHERE state = 'sending' AND check_id IS NOT NULL RETURNING webhook_id`)
	if err != nil {
		return err
	}
	for _, webhook := range cancelled {
		r.counts.Move(column.DeliveryState{Webhook: webhook, State: storage.Sending}, column.DeliveryState{Webhook: webhook, State: storage.Cancelled}, 1)
	}
	for state, which := range map[storage.State]string{storage.Queued: `attempts = 0`, storage.Retrying: `attempts > 0`} {
		webhooks, err := records.Collect(r.Context(), r, records.One[storage.ID],
			`UPDATE deliveries SET state = ?, next_attempt_at = ? WHERE state = 'sending' AND `+which+` RETURNING webhook_id`, state, micros(r.now))
		if err != nil {
			return err
		}
		for _, webhook := range webhooks {
			r.counts.Move(column.DeliveryState{Webhook: webhook, State: storage.Sending}, column.DeliveryState{Webhook: webhook, State: state}, 1)
		}
	}
	return nil
}

func (r *deliveryRows) Change(action storage.DeliveryAction, d storage.Delivery) error {
	if action == storage.RetryDeliveries {
		return r.Send(`UPDATE deliveries SET next_attempt_at = ? WHERE id = ?`, micros(r.now), d.ID)
	}
	return r.stop(d.ID, storage.Cancelled)
}

func (r *deliveryRows) CancelAll(webhook storage.ID) (cancelled int, err error) {
	for _, from := range []storage.State{storage.Queued, storage.Retrying, storage.Sending} {
		n, err := r.Exec(`UPDATE deliveries SET state = 'cancelled', next_attempt_at = NULL WHERE webhook_id = ? AND state = ?`, webhook, from)
		if err != nil {
			return 0, err
		}
		r.counts.Move(column.DeliveryState{Webhook: webhook, State: from}, column.DeliveryState{Webhook: webhook, State: storage.Cancelled}, n)
		cancelled += int(n)
	}
	return cancelled, nil
}

func (r *deliveryRows) Remove(before time.Time, limit int64) (int64, error) {
	removed, err := records.Collect(r.Context(), r, scanRemoved, `DELETE FROM deliveries WHERE id IN (
			SELECT id FROM deliveries
			WHERE id < ?1 AND state IN ('delivered', 'failed', 'cancelled') AND coalesce(finished_at, created_at) < ?1 ORDER BY id LIMIT ?2)
		RETURNING event_id, webhook_id, state`, before.UnixMicro(), limit)
	if err != nil {
		return 0, err
	}
	for _, d := range removed {
		r.counts.Add(d.DeliveryState, -1)
		err := r.raw.exec(`DELETE FROM events WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM deliveries WHERE event_id = ?1)`, int64(d.event))
		if err != nil {
			return 0, err
		}
	}
	return int64(len(removed)), nil
}

type removedDelivery struct {
	event storage.ID
	column.DeliveryState
}

func scanRemoved(read scan) (d removedDelivery, err error) {
	err = read(&d.event, &d.Webhook, &d.State)
	return d, err
}

// insertAttempt stores an attempt. It returns false if the attempt is already stored, as when
// the engine repeats an outcome whose commit succeeded although an error was reported.
func (r *deliveryRows) insertAttempt(a records.PackedAttempt) (stored bool, err error) {
	err = r.raw.exec(`INSERT INTO attempts VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		int64(a.DeliveryID), int64(a.N), micros(a.At), int64(a.Code), string(a.ErrorClass), a.Error,
		int64(a.Timings.DNS), int64(a.Timings.Connect), int64(a.Timings.TLS), int64(a.Timings.FirstByte), int64(a.Timings.Total),
		a.Request, a.Response, a.Sealed, a.ResponseBody, string(a.ResponseFlaw))
	switch {
	case violates(err):
		return false, nil
	case lacksParent(err):
		return false, storage.ErrNotFound
	}
	return err == nil, err
}
