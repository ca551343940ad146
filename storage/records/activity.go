package records

import (
	"context"
	"fmt"
	"slices"

	"backchannel/storage"
	"backchannel/storage/column"
)

// An ActivityStore stores the activity log.
type ActivityStore struct{ db *Database }

// NewActivityStore returns the activity log in a database.
func NewActivityStore(db *Database) ActivityStore { return ActivityStore{db} }

// AddActivity stores an activity. The store assigns its ID and, if At is zero, its time.
func (s *ActivityStore) AddActivity(ctx context.Context, a storage.Activity) error {
	err := s.db.Write(ctx, storage.ChangedActivity, func(t Tx) error { return AddActivity(t, a) })
	return Wrap(err, "store activity")
}

// AddActivity stores an activity in a transaction.
func AddActivity(t Tx, a storage.Activity) error {
	_, err := insertActivity(t, a)
	return err
}

// insertActivity stores an activity and returns its ID, with which a run of failures updates it
// later.
func insertActivity(t Tx, a storage.Activity) (storage.ID, error) {
	id, err := t.NewID()
	if err != nil {
		return 0, err
	}
	if a.At.IsZero() {
		a.At = t.Stamp()
	}
	return id, t.Send(`INSERT INTO activities VALUES (?,?,?,?,?,?,?,?,?)`, id, column.At(a.At), a.Kind, a.WebhookID, a.DeliveryID, a.ReceiptID, a.Text,
		a.CampaignID, a.Execution)
}

// Activities lists the newest activities after a given one, oldest first. With limit 0 it
// lists all of them.
func (s *ActivityStore) Activities(ctx context.Context, after storage.ID, limit int) ([]storage.Activity, error) {
	all, err := Collect(ctx, s.db.Reads, scanActivity,
		`SELECT id, at, kind, webhook_id, delivery_id, receipt_id, text, campaign_id, execution FROM activities WHERE id > ? ORDER BY id DESC LIMIT ?`,
		after, limitOf(limit))
	if err != nil {
		return nil, fmt.Errorf("list activities: %w", err)
	}
	slices.Reverse(all)
	return all, nil
}

func scanActivity(read Scan) (a storage.Activity, err error) {
	var at column.Timestamp
	err = read(&a.ID, &at, &a.Kind, &a.WebhookID, &a.DeliveryID, &a.ReceiptID, &a.Text, &a.CampaignID, &a.Execution)
	a.At = at.Time
	return a, err
}
