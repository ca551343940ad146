package sqlite

import (
	"context"
	"fmt"
	"slices"

	"backchannel/storage"
)

// AddActivity keeps something worth telling. Its ID is allotted, and its time too when
// it has none.
func (s *Store) AddActivity(ctx context.Context, a storage.Activity) error {
	err := s.write(ctx, storage.ChangedActivity, func(t *tx) error { return t.tell(a) })
	if err != nil {
		return fmt.Errorf("keep activity: %w", err)
	}
	return nil
}

func (t *tx) tell(a storage.Activity) error {
	id, err := t.newID()
	if err != nil {
		return err
	}
	if a.At.IsZero() {
		a.At = t.now
	}
	_, err = t.exec(`INSERT INTO activities VALUES (?,?,?,?,?,?,?)`, id, micros(a.At), a.Kind, a.WebhookID, a.DeliveryID, a.ReceiptID, a.Text)
	return err
}

// Activities lists the newest activities that came after a given one, oldest first; limit
// 0 is all of them.
func (s *Store) Activities(ctx context.Context, after storage.ID, limit int) ([]storage.Activity, error) {
	all, err := collect(ctx, s.reads, scanActivity,
		`SELECT id, at, kind, webhook_id, delivery_id, receipt_id, text FROM activities WHERE id > ? ORDER BY id DESC LIMIT ?`,
		after, atMost(limit))
	if err != nil {
		return nil, fmt.Errorf("list activities: %w", err)
	}
	slices.Reverse(all)
	return all, nil
}

// atMost is a limit in SQL, where a negative one is none.
func atMost(limit int) int {
	if limit <= 0 {
		return -1
	}
	return limit
}

func scanActivity(read scan) (a storage.Activity, err error) {
	var at moment
	err = read(&a.ID, &at, &a.Kind, &a.WebhookID, &a.DeliveryID, &a.ReceiptID, &a.Text)
	a.At = at.Time
	return a, err
}
