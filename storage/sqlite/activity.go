package sqlite

import (
	"context"
	"fmt"
	"slices"
	"time"

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
	_, err := t.told(a)
	return err
}

// told keeps an activity and tells its ID.
func (t *tx) told(a storage.Activity) (storage.ID, error) {
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

// failures are the deliveries that failed for good, by their webhook, as far as one
// activity tells of them together: an endpoint that refuses everything must not fill the
// list.
type failures map[storage.ID]failureRun

type failureRun struct {
	activity storage.ID
	n        int
	began    time.Time
	last     time.Time
}

// failureGap is how long no delivery of a webhook must fail for the next one to be told
// by itself.
const failureGap = 5 * time.Second

// tellFailure tells that a delivery failed for good. How a run goes on counts once it is
// committed: a transaction that fails is made again, one operation at a time.
func (t *tx) tellFailure(a *storage.Attempt, webhook storage.ID) error {
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
	id, err := t.told(storage.Activity{
		Kind: storage.ActivityFailed, WebhookID: webhook, DeliveryID: a.DeliveryID, Text: deliveryText(d) + " failed " + failureText(a),
	})
	t.failed[webhook] = failureRun{activity: id, n: 1, began: t.now, last: t.now}
	return err
}

// toWebhook names a webhook, unless it was deleted meanwhile.
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

// deliveryText says which delivery it is.
func deliveryText(d storage.Delivery) string {
	return fmt.Sprintf("%s, %s to %s", d.Status, d.Channel, d.Webhook)
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
