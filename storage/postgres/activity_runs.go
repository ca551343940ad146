package postgres

import (
	"errors"
	"fmt"
	"maps"
	"time"

	"backchannel/storage"
	"backchannel/storage/column"
)

// An activityRun is a series of like things: a webhook's deliveries that failed for good, or
// executions of a campaign that send no events. One activity describes all of them, because an
// endpoint that refuses everything would fill the list otherwise.
type activityRun struct {
	activity storage.ID
	n        int
	began    time.Time
	last     time.Time
}

// runGap is how long nothing of the kind must happen before the next one begins a new run.
const runGap = 5 * time.Second

// An activityRuns holds the current run of each webhook and campaign. Runs that a transaction
// begins or continues are kept apart until it has been committed, because its work runs again,
// one operation at a time, if it fails.
type activityRuns struct {
	committed, changed map[storage.ID]activityRun
}

// keep makes the changed runs the committed ones.
func (r *activityRuns) keep() { maps.Copy(r.committed, r.changed) }

// continued returns the run of a webhook or a campaign with one more in it; its n is 1 if it
// begins.
func (r *activityRuns) continued(of storage.ID, now time.Time) activityRun {
	run, changed := r.changed[of]
	if !changed {
		run = r.committed[of]
	}
	if run.n == 0 || now.Sub(run.last) >= runGap {
		run = activityRun{began: now}
	}
	run.n, run.last = run.n+1, now
	return run
}

func (r *activityRuns) set(of storage.ID, run activityRun) {
	if r.changed == nil {
		r.changed = map[storage.ID]activityRun{}
	}
	r.changed[of] = run
}

// begin adds the activity of the first in a run.
func (r *activityRuns) begin(t *tx, of storage.ID, a storage.Activity) (err error) {
	run := activityRun{n: 1, began: t.now, last: t.now}
	run.activity, err = t.insertActivity(a)
	r.set(of, run)
	return err
}

// recordFailure adds a delivery that failed for good to the activities.
func (r *activityRuns) recordFailure(t *tx, a *storage.Attempt, webhook storage.ID) error {
	if run := r.continued(webhook, t.now); run.n > 1 {
		text := fmt.Sprintf("%d deliveries%s failed within %s; the last %s", run.n, t.toWebhook(webhook), t.now.Sub(run.began).Round(time.Second), column.FailureText(a))
		n, err := t.exec(`UPDATE activities SET text = ?, delivery_id = ? WHERE id = ?`, text, a.DeliveryID, run.activity)
		if err != nil || n > 0 { // otherwise retention has removed the activity
			r.set(webhook, run)
			return err
		}
	}
	d, err := findDelivery(t.context, t, a.DeliveryID)
	if err != nil {
		return err
	}
	return r.begin(t, webhook, storage.Activity{
		Kind: storage.ActivityFailed, WebhookID: webhook, DeliveryID: a.DeliveryID, Text: column.DeliveryText(d) + " failed " + column.FailureText(a),
	})
}

// recordSilent adds an accepted call from which no event follows to the activities.
func (r *activityRuns) recordSilent(t *tx, e *storage.Execution) (err error) {
	if e.Silent == "" {
		return nil
	}
	t.kinds |= storage.ChangedActivity
	run := r.continued(e.CampaignID, t.now)
	if run.n == 1 { // in this process
		if run.activity, err = t.silentActivity(e); err != nil {
			return err
		}
	}
	if run.activity != 0 {
		// A text begins with the number of executions; that about one execution begins with none.
		n, err := t.exec(`UPDATE activities SET text = convert_to((coalesce(substring(encode(text, 'escape') FROM '^\d+')::bigint, 1) + 1)::text, 'UTF8') || ?, execution = ? WHERE id = ?`,
			fmt.Sprintf(" executions of campaign %s send no events: %s", e.Campaign, e.Silent), e.ID, run.activity)
		if err != nil || n > 0 {
			r.set(e.CampaignID, run)
			return err
		}
	}
	return r.begin(t, e.CampaignID, storage.Activity{
		Kind: storage.ActivityExecution, CampaignID: e.CampaignID, Execution: e.ID,
		Text: "an execution of campaign " + e.Campaign + " sends no events: " + e.Silent,
	})
}

// silentActivity returns the activity about executions of the campaign that another process has
// begun and that are not over yet, or 0. It looks at the newest activities only, because every
// execution that begins a run waits for it.
func (t *tx) silentActivity(e *storage.Execution) (storage.ID, error) {
	id, err := first(t.context, t, scanID, `SELECT a.id FROM (SELECT * FROM activities ORDER BY id DESC LIMIT 100) a
		JOIN executions e ON e.id = a.execution AND e.campaign_id = a.campaign_id
		WHERE a.kind = ? AND a.campaign_id = ? AND e.received_at > ? ORDER BY a.id DESC LIMIT 1`,
		storage.ActivityExecution, e.CampaignID, t.now.Add(-runGap))
	if errors.Is(err, storage.ErrNotFound) {
		return 0, nil
	}
	return id, err
}

func scanID(read scan) (id storage.ID, err error) {
	err = read(&id)
	return id, err
}
