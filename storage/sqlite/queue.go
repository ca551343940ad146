package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"time"

	"backchannel/storage"
	"backchannel/storage/column"
	"backchannel/storage/records"
)

// A QueueStore stores the work of the engine: deliveries that are due, commands about
// deliveries in its memory, and circuit breakers.
type QueueStore struct{ *database }

// Due lists the deliveries of a webhook whose next attempt is due, in the order of their due
// times, which is the order of index deliveries_waiting. After a restart the engine reads all
// waiting deliveries this way, so they are read without database/sql's conversions.
func (s *QueueStore) Due(ctx context.Context, q storage.DueQuery) ([]storage.Job, error) {
	after := int64(-1 << 63)
	if !q.After.At.IsZero() {
		after = q.After.At.UnixMicro()
	}
	jobs, err := collectRaw(ctx, s.reads, readJob, `
		SELECT d.id, d.webhook_id, d.attempts, e.payload, e.misbehave, d.created_at, d.next_attempt_at, coalesce(d.due_at, 0), coalesce(d.message_id, 0)
		FROM deliveries d JOIN events e ON e.id = d.event_id
		WHERE d.webhook_id = ? AND d.next_attempt_at <= ? AND (d.next_attempt_at, d.id) > (?, ?)
		ORDER BY d.next_attempt_at, d.id LIMIT ?`,
		int64(q.WebhookID), q.Until.UnixMicro(), after, int64(q.After.ID), records.Limit(q.Limit))
	if err != nil {
		return nil, fmt.Errorf("list due deliveries: %w", err)
	}
	return jobs, nil
}

func readJob(row []driver.Value) (j storage.Job) {
	j.DeliveryID, j.WebhookID = storage.ID(integer(row[0])), storage.ID(integer(row[1]))
	j.Attempts, j.Misbehave = int(integer(row[2])), storage.Misbehaviour(text(row[4]))
	j.Payload, _ = row[3].([]byte)
	j.CreatedAt, j.NextAttemptAt = time.UnixMicro(integer(row[5])).UTC(), time.UnixMicro(integer(row[6])).UTC()
	if due := integer(row[7]); due != 0 {
		j.DueAt = time.UnixMicro(due).UTC()
	}
	j.MessageID = storage.ID(integer(row[8]))
	return j
}

// PendingWork returns for each webhook with waiting deliveries how many wait and when the
// first is due. It reads stored counters, so it takes no longer with a million deliveries.
func (s *QueueStore) PendingWork(ctx context.Context) ([]storage.Pending, error) {
	all, err := collect(ctx, s.reads, scanPending, `
		SELECT w.id,
			coalesce((SELECT n FROM delivery_counts WHERE webhook_id = w.id AND state = 'queued'), 0) AS queued,
			coalesce((SELECT n FROM delivery_counts WHERE webhook_id = w.id AND state = 'retrying'), 0) AS retrying,
			(SELECT min(next_attempt_at) FROM deliveries WHERE webhook_id = w.id AND next_attempt_at IS NOT NULL)
		FROM webhooks w WHERE queued + retrying > 0 ORDER BY w.id`)
	if err != nil {
		return nil, fmt.Errorf("list pending work: %w", err)
	}
	return all, nil
}

func scanPending(read scan) (p storage.Pending, err error) {
	var next timestamp
	err = read(&p.WebhookID, &p.Queued, &p.Retrying, &next)
	p.NextDue = next.Time
	return p, err
}

// NextDue returns for each webhook with waiting deliveries when the first is due.
func (s *QueueStore) NextDue(ctx context.Context) (map[storage.ID]time.Time, error) {
	all, err := s.PendingWork(ctx)
	if err != nil {
		return nil, err
	}
	due := make(map[storage.ID]time.Time, len(all))
	for _, p := range all {
		due[p.WebhookID] = p.NextDue
	}
	return due, nil
}

// MarkSending marks deliveries as being sent, until Finish or ResetSending. It ignores those
// that are not waiting, such as one that has just been cancelled.
func (s *QueueStore) MarkSending(ctx context.Context, ids []storage.ID) error {
	err := s.write(ctx, storage.ChangedDeliveries, func(t *tx) error {
		for _, id := range ids {
			if err := t.deliveries.send(id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("mark deliveries as being sent: %w", err)
	}
	return nil
}

// ResetSending makes deliveries due again that this engine was sending, or one that is gone.
// Whether they arrived is unknown, so an endpoint may receive them twice. There is one engine at
// a time, the leader's, so all deliveries that are being sent are of these.
func (s *QueueStore) ResetSending(ctx context.Context) error {
	err := s.write(ctx, storage.ChangedDeliveries, func(t *tx) error { return t.deliveries.reset(t.now) })
	if err != nil {
		return fmt.Errorf("reset deliveries being sent: %w", err)
	}
	return nil
}

// Finish stores an attempt and its delivery's new state in one commit. A delivery that has
// been cancelled stays cancelled, and an attempt that is already stored changes nothing. The
// headers are packed and sealed before the transaction, in the caller's goroutine.
func (s *QueueStore) Finish(ctx context.Context, o storage.Outcome) error {
	packed := s.packAttempt(&o.Attempt)
	kinds := storage.ChangedDeliveries
	if o.PauseWebhook != "" {
		kinds |= storage.ChangedWebhooks | storage.ChangedActivity
	}
	if o.State == storage.Failed {
		kinds |= storage.ChangedActivity
	}
	err := s.write(ctx, kinds, func(t *tx) error {
		stored, err := packed.insert(t)
		if err != nil || !stored {
			return err
		}
		is, message, err := t.deliveries.finish(&o)
		switch {
		case err != nil:
		case is.state == storage.Failed:
			var expected bool // a check sends what is to be refused
			if expected, err = t.ofCheck(o.Attempt.DeliveryID); err == nil && !expected {
				err = records.RecordFailure(t, &o.Attempt, is.webhook)
			}
		case is.state == storage.StateDelivered && message != 0:
			t.kinds |= storage.ChangedExecutions
			err = t.campaignMessages.reached(message, o.Attempt.DeliveryID)
		}
		if err != nil || o.PauseWebhook == "" {
			return err
		}
		return pauseWebhook(t, is.webhook, o.PauseWebhook)
	})
	if err != nil {
		return fmt.Errorf("store attempt %d of delivery %s: %w", o.Attempt.N, o.Attempt.DeliveryID, err)
	}
	return nil
}

// A packedAttempt is an attempt with its headers packed and sealed.
type packedAttempt struct {
	*storage.Attempt
	request, response, sealed []byte
}

func (d *database) packAttempt(a *storage.Attempt) packedAttempt {
	request, secrets := column.PackHeaders(a.RequestHeaders...)
	response, more := column.PackHeaders(a.ResponseHeaders...)
	return packedAttempt{a, request, response, d.seals.Seal(append(secrets, more...), records.AttemptSecrets(a))}
}

// insert stores an attempt. It returns false if the attempt is already stored, as when
// the engine repeats an outcome whose commit succeeded although an error was reported.
func (a packedAttempt) insert(t *tx) (stored bool, err error) {
	err = t.raw.exec(`INSERT INTO attempts VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		int64(a.DeliveryID), int64(a.N), micros(a.At), int64(a.Code), string(a.ErrorClass), a.Error,
		int64(a.Timings.DNS), int64(a.Timings.Connect), int64(a.Timings.TLS), int64(a.Timings.FirstByte), int64(a.Timings.Total),
		a.request, a.response, a.sealed, a.ResponseBody, string(a.ResponseFlaw))
	switch {
	case violates(err):
		return false, nil
	case lacksParent(err):
		return false, storage.ErrNotFound
	}
	return err == nil, err
}

// pauseWebhook pauses a webhook for a reason, unless it is already paused or deleted.
func pauseWebhook(t *tx, webhook storage.ID, reason string) error {
	active, err := records.Collect(t.Context(), t, records.One[storage.ID], `SELECT id FROM webhooks WHERE id = ? AND state = 'active'`, webhook)
	if err != nil || len(active) == 0 {
		return err
	}
	return records.SetWebhookState(t, webhook, storage.Paused, "", reason)
}

// Commands lists the commands after a given one.
func (s *QueueStore) Commands(ctx context.Context, after storage.ID) ([]storage.Command, error) {
	all, err := collect(ctx, s.reads, scanCommand, `SELECT id, kind, delivery_id, webhook_id FROM commands WHERE id > ? ORDER BY id`, after)
	if err != nil {
		return nil, fmt.Errorf("list commands: %w", err)
	}
	return all, nil
}

func scanCommand(read scan) (c storage.Command, err error) {
	err = read(&c.ID, &c.Kind, &c.DeliveryID, &c.WebhookID)
	return c, err
}

// DropCommands deletes the commands up to and including a given one, which are for the one
// engine that there is. Nobody shows commands, so
// it notifies no subscriber.
func (s *QueueStore) DropCommands(ctx context.Context, through storage.ID) error {
	err := s.write(ctx, 0, func(t *tx) error {
		_, err := t.Exec(`DELETE FROM commands WHERE id <= ?`, through)
		return err
	})
	if err != nil {
		return fmt.Errorf("drop commands: %w", err)
	}
	return nil
}

// Breakers lists the circuit breakers that have counted failures. They are stored so that
// other processes show them, and a restart does not begin with a burst of failures.
func (s *QueueStore) Breakers(ctx context.Context) ([]storage.Breaker, error) {
	all, err := collect(ctx, s.reads, scanBreaker, `SELECT webhook_id, failures, open_until, wait FROM breakers ORDER BY webhook_id`)
	if err != nil {
		return nil, fmt.Errorf("list breakers: %w", err)
	}
	return all, nil
}

func scanBreaker(read scan) (b storage.Breaker, err error) {
	var until timestamp
	err = read(&b.WebhookID, &b.Failures, &until, (*int64)(&b.Wait))
	b.OpenUntil = until.Time
	return b, err
}

// SaveBreaker stores the state of a breaker. It deletes a breaker that is closed without
// failures, and ignores one whose webhook has been deleted.
func (s *QueueStore) SaveBreaker(ctx context.Context, b storage.Breaker) error {
	err := s.write(ctx, storage.ChangedDeliveries|storage.ChangedWebhooks, func(t *tx) error {
		if !b.Open() && b.Failures == 0 {
			_, err := t.Exec(`DELETE FROM breakers WHERE webhook_id = ?`, b.WebhookID)
			return err
		}
		_, err := t.Exec(`INSERT OR REPLACE INTO breakers SELECT id, ?, ?, ? FROM webhooks WHERE id = ?`,
			b.Failures, micros(b.OpenUntil), int64(b.Wait), b.WebhookID)
		return err
	})
	if err != nil {
		return fmt.Errorf("save the breaker of webhook %s: %w", b.WebhookID, err)
	}
	return nil
}
