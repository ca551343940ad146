package records

import (
	"context"
	"errors"
	"time"

	"backchannel/storage"
	"backchannel/storage/column"
)

// A QueueStore stores the engine's work: due deliveries and what becomes of them, commands about
// those that the engine may have in memory, and circuit breakers.
type QueueStore struct{ db *Database }

// NewQueueStore returns the engine's work in a database.
func NewQueueStore(db *Database) QueueStore { return QueueStore{db} }

// PendingWork returns for each webhook with waiting deliveries how many wait and when the
// first is due. It reads stored counters, so it takes no longer with a million deliveries.
func (s *QueueStore) PendingWork(ctx context.Context) ([]storage.Pending, error) {
	all, err := Collect(ctx, s.db.Reads, scanPending, s.db.Dialect.Pending)
	return all, Wrap(err, "list pending work")
}

func scanPending(read Scan) (p storage.Pending, err error) {
	var next column.Timestamp
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

// SelectJobs reads the rows that [ScanJob] scans.
const SelectJobs = `SELECT d.id, d.webhook_id, d.attempts, e.payload, e.misbehave, d.created_at, d.next_attempt_at, d.due_at, coalesce(d.message_id, 0)
	FROM deliveries d JOIN events e ON e.id = d.event_id`

// ScanJob scans a job.
func ScanJob(read Scan) (j storage.Job, err error) {
	var created, next, due column.Timestamp
	err = read(&j.DeliveryID, &j.WebhookID, &j.Attempts, &j.Payload, &j.Misbehave, &created, &next, &due, &j.MessageID)
	j.CreatedAt, j.NextAttemptAt, j.DueAt = created.Time, next.Time, due.Time
	return j, err
}

// Due lists the deliveries of a webhook whose next attempt is due, in the order of their due
// times, which is the order of index deliveries_waiting.
func (s *QueueStore) Due(ctx context.Context, q storage.DueQuery) ([]storage.Job, error) {
	where, args := ` WHERE d.webhook_id = ? AND d.next_attempt_at <= ?`, []any{q.WebhookID, column.At(q.Until)}
	if !q.After.At.IsZero() {
		where += ` AND (d.next_attempt_at, d.id) > (?, ?)`
		args = append(args, column.At(q.After.At), q.After.ID)
	}
	jobs, err := Collect(ctx, s.db.Reads, ScanJob, SelectJobs+where+` ORDER BY d.next_attempt_at, d.id LIMIT ?`, append(args, limitOf(q.Limit))...)
	return jobs, Wrap(err, "list due deliveries")
}

// MarkSending marks deliveries as being sent by this process, until Finish or ResetSending. It
// ignores those that are not waiting, such as one that has just been cancelled.
func (s *QueueStore) MarkSending(ctx context.Context, ids []storage.ID) error {
	err := s.db.WriteLoose(ctx, storage.ChangedDeliveries, func(t Tx) error { return t.Deliveries().MarkSending(ids) })
	return Wrap(err, "mark deliveries as being sent")
}

// ResetSending makes deliveries due again that this process or a dead one was sending. Whether they
// arrived is unknown, so an endpoint may receive them twice.
func (s *QueueStore) ResetSending(ctx context.Context) error {
	err := s.db.WriteLoose(ctx, storage.ChangedDeliveries, func(t Tx) error { return t.Deliveries().Reset() })
	return Wrap(err, "reset deliveries being sent")
}

// Finish stores an attempt and its delivery's new state in one commit. A delivery that has
// been cancelled stays cancelled, and an attempt that is already stored changes nothing. The
// headers are packed and sealed before the transaction, in the caller's goroutine. Only an outcome
// that adds an activity needs an ID, and so an ordered transaction.
func (s *QueueStore) Finish(ctx context.Context, o storage.Outcome) error {
	packed := s.db.packAttempt(&o.Attempt)
	kinds, write := storage.ChangedDeliveries, s.db.WriteLoose
	if o.PauseWebhook != "" {
		kinds |= storage.ChangedWebhooks | storage.ChangedActivity
		write = s.db.Write
	}
	if o.State == storage.Failed {
		kinds |= storage.ChangedActivity
		write = s.db.Write
	}
	err := write(ctx, kinds, func(t Tx) error {
		return t.Deliveries().Finish(&o, packed, func(was Finished) error { return finished(t, &o, was) })
	})
	return Wrap(err, "store attempt %d of delivery %s", o.Attempt.N, o.Attempt.DeliveryID)
}

// A Finished describes a delivery before an attempt ended.
type Finished struct {
	column.DeliveryState
	Message storage.ID // that it is about, or 0
	Checked bool       // it is a request of a check
}

// finished changes the other records that the end of an attempt affects.
func finished(t Tx, o *storage.Outcome, was Finished) (err error) {
	switch {
	case was.State == storage.Cancelled:
	case o.State == storage.StateDelivered && was.Message != 0:
		t.base().Kinds |= storage.ChangedExecutions
		err = t.Messages().Reached(was.Message, o.Attempt.DeliveryID)
	case o.State == storage.Failed && !was.Checked: // the requests of a check are often meant to fail
		err = recordFailure(t, &o.Attempt, was.Webhook)
	}
	if err != nil || o.PauseWebhook == "" {
		return err
	}
	return pauseWebhook(t, was.Webhook, o.PauseWebhook)
}

// A PackedAttempt is an attempt with its headers packed and sealed.
type PackedAttempt struct {
	*storage.Attempt
	Request, Response, Sealed []byte
}

func (d *Database) packAttempt(a *storage.Attempt) PackedAttempt {
	request, secrets := column.PackHeaders(a.RequestHeaders...)
	response, more := column.PackHeaders(a.ResponseHeaders...)
	return PackedAttempt{a, request, response, d.Seals.Seal(append(secrets, more...), attemptSecrets(a))}
}

// pauseWebhook pauses a webhook for a reason, unless it is already paused or deleted.
func pauseWebhook(t Tx, webhook storage.ID, reason string) error {
	active, err := Collect(t.Context(), t, One[storage.ID], `SELECT id FROM webhooks WHERE id = ? AND state = 'active'`, webhook)
	if err != nil || len(active) == 0 {
		return err
	}
	return setWebhookState(t, webhook, storage.Paused, "", reason)
}

// Commands lists the commands after a given one.
func (s *QueueStore) Commands(ctx context.Context, after storage.ID) ([]storage.Command, error) {
	all, err := Collect(ctx, s.db.Reads, scanCommand, `SELECT id, kind, delivery_id, webhook_id FROM commands WHERE id > ? ORDER BY id`, after)
	return all, Wrap(err, "list commands")
}

func scanCommand(read Scan) (c storage.Command, err error) {
	err = read(&c.ID, &c.Kind, &c.DeliveryID, &c.WebhookID)
	return c, err
}

// Breakers lists the circuit breakers that have counted failures. They are stored so that
// other processes know them, and a restart does not begin with a burst of failures.
func (s *QueueStore) Breakers(ctx context.Context) ([]storage.Breaker, error) {
	all, err := Collect(ctx, s.db.Reads, scanBreaker, selectBreakers+` ORDER BY webhook_id`)
	return all, Wrap(err, "list breakers")
}

const selectBreakers = `SELECT webhook_id, failures, open_until, wait FROM breakers`

// Breaker reads the circuit breaker of a webhook in a transaction.
func Breaker(t Tx, webhook storage.ID) (storage.Breaker, error) {
	b, err := First(t.Context(), t, scanBreaker, selectBreakers+` WHERE webhook_id = ?`, webhook)
	if errors.Is(err, storage.ErrNotFound) {
		return storage.Breaker{WebhookID: webhook}, nil
	}
	return b, err
}

func scanBreaker(read Scan) (b storage.Breaker, err error) {
	var until column.Timestamp
	err = read(&b.WebhookID, &b.Failures, &until, (*int64)(&b.Wait))
	b.OpenUntil = until.Time
	return b, err
}

// SaveBreaker stores the state of a breaker. It deletes a breaker that is closed without
// failures, and ignores one whose webhook has been deleted.
func (s *QueueStore) SaveBreaker(ctx context.Context, b storage.Breaker) error {
	err := s.db.WriteLoose(ctx, storage.ChangedDeliveries|storage.ChangedWebhooks, func(t Tx) error { return SaveBreaker(t, b) })
	return Wrap(err, "save the breaker of webhook %s", b.WebhookID)
}

// SaveBreaker does the same in a transaction.
func SaveBreaker(t Tx, b storage.Breaker) error {
	if !b.Open() && b.Failures == 0 {
		return t.Send(`DELETE FROM breakers WHERE webhook_id = ?`, b.WebhookID)
	}
	return t.Send(`INSERT INTO breakers SELECT id, ?, ?, ? FROM webhooks WHERE id = ?
		ON CONFLICT (webhook_id) DO UPDATE SET failures = excluded.failures, open_until = excluded.open_until, wait = excluded.wait`,
		b.Failures, column.At(b.OpenUntil), int64(b.Wait), b.WebhookID)
}
