package postgres

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"backchannel/storage"
	"backchannel/storage/column"
	"backchannel/storage/records"
)

// A QueueStore stores the work of the engine: due deliveries, commands about deliveries that it has
// in memory, and circuit breakers.
type QueueStore struct {
	*database
	dropped *atomic.Int64 // the ID of the last command that this process has carried out
}

const selectJobs = `SELECT d.id, d.webhook_id, d.attempts, e.payload, e.misbehave, d.created_at, d.next_attempt_at, d.due_at, coalesce(d.message_id, 0)
	FROM deliveries d JOIN events e ON e.id = d.event_id`

func scanJob(read scan) (j storage.Job, err error) {
	var created, next, due timestamp
	err = read(&j.DeliveryID, &j.WebhookID, &j.Attempts, &j.Payload, &j.Misbehave, &created, &next, &due, &j.MessageID)
	j.CreatedAt, j.NextAttemptAt, j.DueAt = created.Time, next.Time, due.Time
	return j, err
}

// Due lists the deliveries of a webhook whose next attempt is due, in the order of their due
// times, which is the order of index deliveries_waiting.
func (s *QueueStore) Due(ctx context.Context, q storage.DueQuery) ([]storage.Job, error) {
	where, args := ` WHERE d.webhook_id = ? AND d.next_attempt_at <= ?`, []any{q.WebhookID, q.Until}
	if !q.After.At.IsZero() {
		where += ` AND (d.next_attempt_at, d.id) > (?, ?)`
		args = append(args, q.After.At, q.After.ID)
	}
	jobs, err := records.Collect(ctx, s.reads, scanJob, selectJobs+where+` ORDER BY d.next_attempt_at, d.id LIMIT ?`, append(args, records.Limit(q.Limit))...)
	if err != nil {
		return nil, fmt.Errorf("list due deliveries: %w", err)
	}
	return jobs, nil
}

// Jobs returns what to send for those of the deliveries that are waiting, in no particular order.
// Others, such as a cancelled one, are left out.
func (s *QueueStore) Jobs(ctx context.Context, ids ...storage.ID) ([]storage.Job, error) {
	jobs, err := records.Collect(ctx, s.reads, scanJob, selectJobs+` WHERE d.id = ANY(?) AND d.next_attempt_at IS NOT NULL`, ids)
	if err != nil {
		return nil, fmt.Errorf("find %d deliveries: %w", len(ids), err)
	}
	return jobs, nil
}

// PendingWork returns, for each webhook with waiting deliveries, their number and when the first is
// due. It reads stored counters, so it takes no longer with a million deliveries.
func (s *QueueStore) PendingWork(ctx context.Context) ([]storage.Pending, error) {
	all, err := records.Collect(ctx, s.reads, scanPending, `
		SELECT c.webhook_id, c.queued, c.retrying,
			(SELECT min(next_attempt_at) FROM deliveries WHERE webhook_id = c.webhook_id AND next_attempt_at IS NOT NULL)
		FROM (SELECT webhook_id, coalesce(sum(n) FILTER (WHERE state = 'queued'), 0)::bigint AS queued, coalesce(sum(n) FILTER (WHERE state = 'retrying'), 0)::bigint AS retrying
			FROM delivery_counts GROUP BY 1) c
		JOIN webhooks w ON w.id = c.webhook_id WHERE c.queued + c.retrying > 0 ORDER BY 1`)
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

// NextDue returns, for each webhook with waiting deliveries, when the first is due.
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

// MarkSending marks deliveries as being sent by this process, until Finish or ResetSending. It
// ignores those that are not waiting, such as one that has just been cancelled.
func (s *QueueStore) MarkSending(ctx context.Context, ids []storage.ID) error {
	err := s.writeLoose(ctx, storage.ChangedDeliveries, func(t *tx) error {
		t.deliveries.sending(ids)
		return nil
	})
	if err != nil {
		return fmt.Errorf("mark deliveries as being sent: %w", err)
	}
	return nil
}

// ResetSending makes the deliveries due again that this process or a dead one was sending. Whether
// they arrived is unknown, so an endpoint may receive them twice.
func (s *QueueStore) ResetSending(ctx context.Context) error {
	err := s.writeLoose(ctx, storage.ChangedDeliveries, func(t *tx) error { return t.deliveries.reset(s.node) })
	if err != nil {
		return fmt.Errorf("reset deliveries being sent: %w", err)
	}
	return nil
}

// Finish stores an attempt and its delivery's new state in one commit. A delivery that has
// been cancelled stays cancelled, and an attempt that is already stored changes nothing. The
// headers are packed and sealed before the transaction, in the caller's goroutine. Only an outcome
// that adds an activity needs an ID, and so an ordered transaction.
func (s *QueueStore) Finish(ctx context.Context, o storage.Outcome) error {
	packed := s.packAttempt(&o.Attempt)
	kinds, write := storage.ChangedDeliveries, s.writeLoose
	if o.PauseWebhook != "" {
		kinds |= storage.ChangedWebhooks | storage.ChangedActivity
		write = s.write
	}
	if o.State == storage.Failed {
		kinds |= storage.ChangedActivity
		write = s.write
	}
	err := write(ctx, kinds, func(t *tx) error {
		return t.deliveries.finish(&o, packed, func(f finished) { t.finished(&o, f) })
	})
	if err != nil {
		return fmt.Errorf("store attempt %d of delivery %s: %w", o.Attempt.N, o.Attempt.DeliveryID, err)
	}
	return nil
}

// finished makes the other changes that follow from the end of an attempt.
func (t *tx) finished(o *storage.Outcome, f finished) {
	cancelled := f.was.state == storage.Cancelled
	if o.State == storage.StateDelivered && !cancelled && f.message != 0 {
		t.kinds |= storage.ChangedExecutions
		t.then(func() error { return t.messages.reached(f.message, o.Attempt.DeliveryID) })
	}
	if o.State == storage.Failed && !cancelled && !f.checked { // a check sends requests that should fail
		t.then(func() error { return records.RecordFailure(t, &o.Attempt, f.was.webhook) })
	}
	if o.PauseWebhook != "" {
		t.then(func() error { return pauseWebhook(t, f.was.webhook, o.PauseWebhook) })
	}
}

// A packedAttempt holds the columns of an attempt that have to be encoded.
type packedAttempt struct{ request, response, sealed []byte }

func (d *database) packAttempt(a *storage.Attempt) (p packedAttempt) {
	var secrets, more []byte
	p.request, secrets = column.PackHeaders(a.RequestHeaders...)
	p.response, more = column.PackHeaders(a.ResponseHeaders...)
	p.sealed = d.seals.Seal(append(secrets, more...), records.AttemptSecrets(a))
	return p
}

// pauseWebhook pauses a webhook for a reason, unless it is already paused or deleted.
func pauseWebhook(t *tx, webhook storage.ID, reason string) error {
	active, err := records.Collect(t.Context(), t, records.One[storage.ID], `SELECT id FROM webhooks WHERE id = ? AND state = 'active'`, webhook)
	if err != nil || len(active) == 0 {
		return err
	}
	return records.SetWebhookState(t, webhook, storage.Paused, "", reason)
}

// Commands lists the commands after a given one that this process has not dropped.
func (s *QueueStore) Commands(ctx context.Context, after storage.ID) ([]storage.Command, error) {
	after = max(after, storage.ID(s.dropped.Load()))
	all, err := records.Collect(ctx, s.reads, scanCommand, `SELECT id, kind, delivery_id, webhook_id FROM commands WHERE id > ? ORDER BY id`, after)
	if err != nil {
		return nil, fmt.Errorf("list commands: %w", err)
	}
	return all, nil
}

func scanCommand(read scan) (c storage.Command, err error) {
	err = read(&c.ID, &c.Kind, &c.DeliveryID, &c.WebhookID)
	return c, err
}

// DropCommands makes Commands skip the commands up to and including a given one, in this process
// only: every node must carry them out. Retention removes old ones.
func (s *QueueStore) DropCommands(_ context.Context, through storage.ID) error {
	s.dropped.Store(max(s.dropped.Load(), int64(through)))
	return nil
}

// Breakers lists the circuit breakers that have counted failures. They are stored so that
// other processes know them, and a restart does not begin with a burst of failures.
func (s *QueueStore) Breakers(ctx context.Context) ([]storage.Breaker, error) {
	all, err := records.Collect(ctx, s.reads, scanBreaker, `SELECT webhook_id, failures, open_until, wait FROM breakers ORDER BY webhook_id`)
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
	err := s.writeLoose(ctx, storage.ChangedDeliveries|storage.ChangedWebhooks, func(t *tx) error {
		t.saveBreaker(b)
		return nil
	})
	if err != nil {
		return fmt.Errorf("save the breaker of webhook %s: %w", b.WebhookID, err)
	}
	return nil
}

func (t *tx) saveBreaker(b storage.Breaker) {
	if !b.Open() && b.Failures == 0 {
		t.send(`DELETE FROM breakers WHERE webhook_id = ?`, b.WebhookID)
		return
	}
	t.send(`INSERT INTO breakers SELECT id, ?, ?, ? FROM webhooks WHERE id = ?
		ON CONFLICT (webhook_id) DO UPDATE SET failures = excluded.failures, open_until = excluded.open_until, wait = excluded.wait`,
		b.Failures, moment(b.OpenUntil), int64(b.Wait), b.WebhookID)
}
