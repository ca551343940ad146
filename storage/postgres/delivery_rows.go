package postgres

import (
	"cmp"
	"maps"
	"slices"
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
	counts  map[deliveryState]int64 // changes not yet saved
	tallies column.Tallies          // likewise

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

// A deliveryState is a delivery's webhook and stored state.
type deliveryState struct {
	webhook storage.ID
	state   storage.State
}

func (s deliveryState) compare(other deliveryState) int {
	return cmp.Or(cmp.Compare(s.webhook, other.webhook), cmp.Compare(s.state, other.state))
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

// saveCounts updates the stored counts, once per transaction and always in the same order, so that
// two writers that share a slot cannot deadlock.
func (r *deliveryRows) saveCounts() {
	for _, of := range slices.SortedFunc(maps.Keys(r.counts), deliveryState.compare) {
		if n := r.counts[of]; n != 0 {
			r.send(`INSERT INTO delivery_counts AS c VALUES (?, ?, ?, ?) ON CONFLICT (webhook_id, state, slot) DO UPDATE SET n = c.n + excluded.n`,
				of.webhook, of.state, r.slot, n)
		}
	}
}

// insert stores a new delivery, which has an ID and is queued. The payload is nil if the event
// had been stored before.
func (r *deliveryRows) insert(d *storage.Delivery, payload []byte) {
	r.count(deliveryState{d.WebhookID, storage.Queued}, 1)
	r.made.add(d)
	r.jobs.queued = append(r.jobs.queued, Queued{*d, payload})
}

// insertSent stores a new delivery of a check, which is being sent by this process and never
// waits.
func (r *deliveryRows) insertSent(d *storage.Delivery) {
	r.count(deliveryState{d.WebhookID, storage.Sending}, 1)
	r.send(`INSERT INTO deliveries (id, event_id, webhook_id, replay_of, state, created_at, check_id, check_case, node) VALUES (?,?,?,0,'sending',?,?,?,?)`,
		d.ID, d.EventID, d.WebhookID, d.CreatedAt, d.CheckID, d.CheckCase, r.node)
}

// insertFinal stores a delivery that ended elsewhere, and the outcome of its last attempt.
func (r *deliveryRows) insertFinal(d *storage.Delivery) {
	r.count(deliveryState{d.WebhookID, d.State}, 1)
	r.send(`INSERT INTO deliveries (id, event_id, webhook_id, replay_of, state, attempts, code, error_class, error, created_at, finished_at, due_at)
		VALUES (?,?,?,?,?,?,?,?,?,?,?,?)`,
		d.ID, d.EventID, d.WebhookID, d.ReplayOf, d.State, d.Attempts, d.Code, d.ErrorClass, d.Error,
		d.CreatedAt, moment(d.FinishedAt), moment(d.DueAt))
}

// stop changes a delivery's state to one in which it has no next attempt.
func (r *deliveryRows) stop(id storage.ID, to storage.State) error {
	was, err := records.First(r.Context(), r, scanState, `SELECT webhook_id, state FROM deliveries WHERE id = ? FOR UPDATE`, id)
	if err != nil {
		return err
	}
	r.countMove(was, to, 1)
	r.send(`UPDATE deliveries SET state = ?, next_attempt_at = NULL WHERE id = ?`, to, id)
	r.jobs.cancelled = append(r.jobs.cancelled, id)
	return nil
}

func scanState(read scan) (is deliveryState, err error) {
	err = read(&is.webhook, &is.state)
	return is, err
}

// sending marks those of the deliveries that are waiting as being sent by this process.
func (r *deliveryRows) sending(ids []storage.ID) {
	r.send(`WITH was AS (SELECT id, webhook_id, state FROM deliveries WHERE id = ANY(?1) AND state IN ('queued', 'retrying') ORDER BY id FOR UPDATE),
		changed AS (UPDATE deliveries d SET state = 'sending', next_attempt_at = NULL, node = ?2 FROM was WHERE d.id = was.id)
		SELECT webhook_id, state, count(*) FROM was GROUP BY 1, 2`, ids, r.node).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			var was deliveryState
			var n int64
			if err := rows.Scan(&was.webhook, &was.state, &n); err != nil {
				return err
			}
			r.countMove(was, storage.Sending, n)
		}
		return rows.Err()
	})
}

// A finished holds what is needed of a delivery as it was before an attempt ended.
type finished struct {
	was     deliveryState
	message storage.ID
	checked bool // it is a request of a check
}

// finish stores the end of an attempt. A second attempt of the same delivery needs another
// statement, so those collected so far are sent first. finish calls done after storing the attempt,
// unless it was stored already.
func (r *deliveryRows) finish(o *storage.Outcome, packed packedAttempt, done func(finished)) error {
	if _, ending := r.endings.of[o.Attempt.DeliveryID]; ending {
		if err := r.flush(); err != nil {
			return err
		}
	}
	r.endings.add(o, packed, func(f finished) {
		r.countFinished(o, f)
		done(f)
	})
	return nil
}

func (r *deliveryRows) countFinished(o *storage.Outcome, f finished) {
	state, next := o.State, o.NextAttemptAt
	if f.was.state == storage.Cancelled {
		state = storage.Cancelled
	}
	if state != storage.Retrying {
		next = time.Time{}
	}
	r.countMove(f.was, state, 1)
	r.tallies.Add(f.was.webhook, &o.Attempt)
	r.jobs.finished = append(r.jobs.finished, Finished{o.Attempt.DeliveryID, f.was.webhook, state, next})
}

// abandoned restricts a statement to what a node or a dead one was working on.
func abandoned(node int64) string {
	return ` AND (node IS NULL OR node = ` + strconv.FormatInt(node, 10) + ` OR NOT EXISTS (SELECT FROM nodes n WHERE n.id = node AND n.leads AND ` + heard + `))`
}

// reset makes the deliveries due that are marked as being sent by the given node or a dead one. It
// cancels those of checks, which are never retried.
func (r *deliveryRows) reset(node int64) error {
	cancelled, err := records.Collect(r.Context(), r, records.One[storage.ID],
		`UPDATE deliveries SET state = 'cancelled', node = NULL WHERE state = 'sending' AND check_id IS NOT NULL`+abandoned(node)+` RETURNING webhook_id`)
	if err != nil {
		return err
	}
	for _, webhook := range cancelled {
		r.countMove(deliveryState{webhook, storage.Sending}, storage.Cancelled, 1)
	}
	again, err := records.Collect(r.Context(), r, scanIdentified, `UPDATE deliveries SET state = CASE attempts WHEN 0 THEN 'queued' ELSE 'retrying' END, next_attempt_at = ?, node = NULL
		WHERE state = 'sending'`+abandoned(node)+` RETURNING id, webhook_id, state`, moment(r.now))
	for _, d := range again {
		r.countMove(deliveryState{d.webhook, storage.Sending}, d.state, 1)
		r.jobs.due = append(r.jobs.due, d.id)
	}
	return err
}

// cancelAll cancels a webhook's deliveries that are waiting or being sent.
func (r *deliveryRows) cancelAll(webhook storage.ID) (cancelled int, err error) {
	all, err := records.Collect(r.Context(), r, scanIdentified, `WITH was AS (SELECT id, webhook_id, state FROM deliveries
			WHERE webhook_id = ? AND state IN ('queued', 'retrying', 'sending') ORDER BY id FOR UPDATE),
		changed AS (UPDATE deliveries d SET state = 'cancelled', next_attempt_at = NULL FROM was WHERE d.id = was.id)
		SELECT id, webhook_id, state FROM was`, webhook)
	for _, d := range all {
		r.countMove(d.deliveryState, storage.Cancelled, 1)
		r.jobs.cancelled = append(r.jobs.cancelled, d.id)
	}
	return len(all), err
}

// remove removes deliveries that ended before a given time, with their attempts, and events
// that have no delivery left.
func (r *deliveryRows) remove(before time.Time, limit int64) (int64, error) {
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
		r.count(d.deliveryState, -1)
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
	err = read(&d.event, &d.webhook, &d.state, &d.id)
	return d, err
}

// An identified is a delivery and its state.
type identified struct {
	id storage.ID
	deliveryState
}

func scanIdentified(read scan) (d identified, err error) {
	err = read(&d.id, &d.webhook, &d.state)
	return d, err
}
