package postgres

import (
	"context"
	"fmt"
	"sync/atomic"

	"backchannel/storage"
	"backchannel/storage/records"
)

// A QueueStore stores the work of the engine: due deliveries, commands about deliveries that it has
// in memory, and circuit breakers.
type QueueStore struct {
	records.QueueStore
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

// Commands returns the commands after a given one that this process has not dropped.
func (s *QueueStore) Commands(ctx context.Context, after storage.ID) ([]storage.Command, error) {
	return s.QueueStore.Commands(ctx, max(after, storage.ID(s.dropped.Load())))
}

// DropCommands makes Commands skip the commands up to and including a given one, in this process
// only: every node must carry them out. Retention removes old ones.
func (s *QueueStore) DropCommands(_ context.Context, through storage.ID) error {
	s.dropped.Store(max(s.dropped.Load(), int64(through)))
	return nil
}
