package postgres

import (
	"context"
	"time"

	"backchannel/storage"
	"backchannel/storage/records"
)

// Overdue lists up to ofEach waiting deliveries of each webhook that is not paused, the earliest
// first, which were due before a time.
func (s *QueueStore) Overdue(ctx context.Context, before time.Time, ofEach int) ([]storage.ID, error) {
	ids, err := records.Collect(ctx, s.reads, records.One[storage.ID], `SELECT d.id FROM webhooks w CROSS JOIN LATERAL
		(SELECT id FROM deliveries WHERE webhook_id = w.id AND next_attempt_at < ? ORDER BY next_attempt_at, id LIMIT ?) d
		WHERE w.state = 'active'`, before, int64(ofEach))
	return ids, records.Wrap(err, "list overdue deliveries")
}

// RestoreJobs calls Jobs.Missed for those of the deliveries that are waiting.
func (s *QueueStore) RestoreJobs(ctx context.Context, ids ...storage.ID) error {
	err := s.writeLoose(ctx, storage.ChangedDeliveries, func(t *tx) error {
		waiting, err := records.Collect(t.Context(), t, scanWaiting,
			`SELECT id, webhook_id, created_at, next_attempt_at FROM deliveries WHERE id = ANY(?) AND next_attempt_at IS NOT NULL ORDER BY id FOR UPDATE`, ids)
		t.jobs.missed = append(t.jobs.missed, waiting...)
		return err
	})
	return records.Wrap(err, "restore the jobs of %d deliveries", len(ids))
}

func scanWaiting(read scan) (d storage.Delivery, err error) {
	var created, next timestamp
	err = read(&d.ID, &d.WebhookID, &created, &next)
	d.CreatedAt, d.NextAttemptAt = created.Time, next.Time
	return d, err
}
