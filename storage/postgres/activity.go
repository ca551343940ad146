package postgres

import (
	"context"
	"fmt"
	"slices"

	"backchannel/storage"
	"backchannel/storage/records"
)

// An ActivityStore stores the activity log.
type ActivityStore struct{ *database }

// AddActivity stores an activity. The store assigns its ID, and its time if it has none.
func (s *ActivityStore) AddActivity(ctx context.Context, a storage.Activity) error {
	err := s.write(ctx, storage.ChangedActivity, func(t *tx) error { return t.addActivity(a) })
	if err != nil {
		return fmt.Errorf("store activity: %w", err)
	}
	return nil
}

func (t *tx) addActivity(a storage.Activity) error {
	_, err := t.insertActivity(a)
	return err
}

// insertActivity stores an activity and returns its ID, by which a run of failures changes it
// later.
func (t *tx) insertActivity(a storage.Activity) (storage.ID, error) {
	id, err := t.newID()
	if err != nil {
		return 0, err
	}
	if a.At.IsZero() {
		a.At = t.now
	}
	t.send(`INSERT INTO activities VALUES (?,?,?,?,?,?,?,?,?)`, id, a.At, a.Kind, a.WebhookID, a.DeliveryID, a.ReceiptID, a.Text,
		a.CampaignID, a.Execution)
	return id, nil
}

// Activities lists the newest activities after a given one, oldest first. With limit 0 it
// lists all of them.
func (s *ActivityStore) Activities(ctx context.Context, after storage.ID, limit int) ([]storage.Activity, error) {
	all, err := records.Collect(ctx, s.reads, scanActivity,
		`SELECT id, at, kind, webhook_id, delivery_id, receipt_id, text, campaign_id, execution FROM activities WHERE id > ? ORDER BY id DESC LIMIT ?`,
		after, atMost(limit))
	if err != nil {
		return nil, fmt.Errorf("list activities: %w", err)
	}
	slices.Reverse(all)
	return all, nil
}

func scanActivity(read scan) (a storage.Activity, err error) {
	var at timestamp
	err = read(&a.ID, &at, &a.Kind, &a.WebhookID, &a.DeliveryID, &a.ReceiptID, &a.Text, &a.CampaignID, &a.Execution)
	a.At = at.Time
	return a, err
}
