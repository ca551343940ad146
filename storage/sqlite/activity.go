package sqlite

import (
	"context"
	"fmt"
	"slices"
	"time"

	"backchannel/storage"
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

// insertActivity stores an activity and returns its ID.
func (t *tx) insertActivity(a storage.Activity) (storage.ID, error) {
	id, err := t.newID()
	if err != nil {
		return 0, err
	}
	if a.At.IsZero() {
		a.At = t.now
	}
	_, err = t.exec(`INSERT INTO activities VALUES (?,?,?,?,?,?,?)`, id, micros(a.At), a.Kind, a.WebhookID, a.DeliveryID, a.ReceiptID, a.Text)
	return id, err
}

// failures maps webhooks to their current run of deliveries that failed for good. One
// activity describes a whole run, because an endpoint that refuses everything would fill
// the list otherwise.
type failures map[storage.ID]failureRun

type failureRun struct {
	activity storage.ID
	n        int
	began    time.Time
	last     time.Time
}

// failureGap is how long a webhook must be without failed deliveries before the next one
// begins a new run.
const failureGap = 5 * time.Second

// recordFailure adds a delivery that failed for good to the activities. It changes a run in
// t.failed, not in the writer, because the work of a transaction that fails runs again, one
// operation at a time.
func (t *tx) recordFailure(a *storage.Attempt, webhook storage.ID) error {
	run, changed := t.failed[webhook]
	if !changed {
		run = t.writer.failed[webhook]
	}
	if run.n > 0 && t.now.Sub(run.last) < failureGap {
		run.n, run.last = run.n+1, t.now
		text := fmt.Sprintf("%d deliveries%s failed within %s; the last %s", run.n, t.toWebhook(webhook), t.now.Sub(run.began).Round(time.Second), failureText(a))
		n, err := t.exec(`UPDATE activities SET text = ?, delivery_id = ? WHERE id = ?`, text, a.DeliveryID, run.activity)
		if err != nil || n > 0 {
			t.failed[webhook] = run
			return err
		}
	}
	d, err := findDelivery(t.ctx(), t.conn, a.DeliveryID)
	if err != nil {
		return err
	}
	id, err := t.insertActivity(storage.Activity{
		Kind: storage.ActivityFailed, WebhookID: webhook, DeliveryID: a.DeliveryID, Text: deliveryText(d) + " failed " + failureText(a),
	})
	t.failed[webhook] = failureRun{activity: id, n: 1, began: t.now, last: t.now}
	return err
}

// toWebhook returns " to NAME", or "" if the webhook has been deleted.
func (t *tx) toWebhook(id storage.ID) string {
	to, err := t.target(id)
	if err != nil {
		return ""
	}
	return " to " + to.name
}

func failureText(a *storage.Attempt) string {
	attempts := "at once"
	if a.N > 1 {
		attempts = fmt.Sprintf("after %d attempts", a.N)
	}
	return attempts + ": " + a.Error
}

// deliveryText identifies a delivery in an activity.
func deliveryText(d storage.Delivery) string {
	return fmt.Sprintf("%s, %s to %s", d.Status, d.Channel, d.Webhook)
}

// Activities lists the newest activities after a given one, oldest first. With limit 0 it
// lists all of them.
func (s *ActivityStore) Activities(ctx context.Context, after storage.ID, limit int) ([]storage.Activity, error) {
	all, err := collect(ctx, s.reads, scanActivity,
		`SELECT id, at, kind, webhook_id, delivery_id, receipt_id, text FROM activities WHERE id > ? ORDER BY id DESC LIMIT ?`,
		after, atMost(limit))
	if err != nil {
		return nil, fmt.Errorf("list activities: %w", err)
	}
	slices.Reverse(all)
	return all, nil
}

// atMost returns a limit for SQL, in which a negative value means no limit.
func atMost(limit int) int {
	if limit <= 0 {
		return -1
	}
	return limit
}

func scanActivity(read scan) (a storage.Activity, err error) {
	var at timestamp
	err = read(&a.ID, &at, &a.Kind, &a.WebhookID, &a.DeliveryID, &a.ReceiptID, &a.Text)
	a.At = at.Time
	return a, err
}
