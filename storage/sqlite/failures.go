package sqlite

import (
	"fmt"
	"maps"
	"time"

	"backchannel/storage"
)

// A failureRun is a series of a webhook's deliveries that failed for good. One activity
// describes all of them, because an endpoint that refuses everything would fill the list
// otherwise.
type failureRun struct {
	activity storage.ID
	n        int
	began    time.Time
	last     time.Time
}

// failureGap is how long a webhook must be without failed deliveries before the next one
// begins a new run.
const failureGap = 5 * time.Second

// A failureRuns holds the current run of each webhook. Runs that a transaction begins or
// continues are kept apart until it has been committed, because its work runs again, one
// operation at a time, if it fails.
type failureRuns struct {
	committed, changed map[storage.ID]failureRun
}

// keep makes the changed runs the committed ones.
func (f *failureRuns) keep() { maps.Copy(f.committed, f.changed) }

func (f *failureRuns) set(webhook storage.ID, run failureRun) {
	if f.changed == nil {
		f.changed = map[storage.ID]failureRun{}
	}
	f.changed[webhook] = run
}

// record adds a delivery that failed for good to the activities.
func (f *failureRuns) record(t *tx, a *storage.Attempt, webhook storage.ID) error {
	run, changed := f.changed[webhook]
	if !changed {
		run = f.committed[webhook]
	}
	if run.n > 0 && t.now.Sub(run.last) < failureGap {
		run.n, run.last = run.n+1, t.now
		text := fmt.Sprintf("%d deliveries%s failed within %s; the last %s", run.n, t.toWebhook(webhook), t.now.Sub(run.began).Round(time.Second), failureText(a))
		n, err := t.exec(`UPDATE activities SET text = ?, delivery_id = ? WHERE id = ?`, text, a.DeliveryID, run.activity)
		if err != nil || n > 0 { // otherwise retention has removed the activity
			f.set(webhook, run)
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
	f.set(webhook, failureRun{activity: id, n: 1, began: t.now, last: t.now})
	return err
}

func failureText(a *storage.Attempt) string {
	attempts := "at once"
	if a.N > 1 {
		attempts = fmt.Sprintf("after %d attempts", a.N)
	}
	return attempts + ": " + a.Error
}
