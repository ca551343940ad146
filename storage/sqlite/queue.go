package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"time"

	"backchannel/storage"
	"backchannel/storage/records"
)

// A QueueStore stores the work of the engine: deliveries that are due, commands about
// deliveries in its memory, and circuit breakers.
type QueueStore struct {
	records.QueueStore
	*database
}

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
