package postgres

import (
	"errors"

	"backchannel/storage"
	"backchannel/storage/column"
	"backchannel/storage/records"
)

// recordFailure adds a delivery that failed for good to the activities.
func (t *tx) recordFailure(a *storage.Attempt, webhook storage.ID) error {
	if run := t.runs.Continued(webhook, t.now); run.N > 1 {
		n, err := t.exec(`UPDATE activities SET text = ?, delivery_id = ? WHERE id = ?`, run.FailuresText(t.toWebhook(webhook), a, t.now), a.DeliveryID, run.Activity)
		if err != nil || n > 0 { // otherwise retention has removed the activity
			t.runs.Set(webhook, run)
			return err
		}
	}
	d, err := records.FindDelivery(t.context, t, a.DeliveryID)
	if err != nil {
		return err
	}
	activity, err := t.insertActivity(column.FirstFailure(d, a))
	t.runs.Begin(webhook, activity, t.now)
	return err
}

// recordSilent adds an accepted call from which no event follows to the activities.
func (t *tx) recordSilent(e *storage.Execution) (err error) {
	if e.Silent == "" {
		return nil
	}
	t.kinds |= storage.ChangedActivity
	run := t.runs.Continued(e.CampaignID, t.now)
	if run.N == 1 { // in this process
		if run.Activity, err = t.silentActivity(e); err != nil {
			return err
		}
	}
	if run.Activity != 0 {
		// A text begins with the number of executions; that about one execution begins with none.
		n, err := t.exec(`UPDATE activities SET text = convert_to((coalesce(substring(encode(text, 'escape') FROM '^\d+')::bigint, 1) + 1)::text, 'UTF8') || ?, execution = ? WHERE id = ?`,
			column.MoreSilence(e), e.ID, run.Activity)
		if err != nil || n > 0 {
			t.runs.Set(e.CampaignID, run)
			return err
		}
	}
	activity, err := t.insertActivity(column.FirstSilence(e))
	t.runs.Begin(e.CampaignID, activity, t.now)
	return err
}

// silentActivity returns the activity about executions of the campaign that another process has
// begun and that are not over yet, or 0. It looks at the newest activities only, because every
// execution that begins a run waits for it.
func (t *tx) silentActivity(e *storage.Execution) (storage.ID, error) {
	id, err := records.First(t.context, t, records.One[storage.ID], `SELECT a.id FROM (SELECT * FROM activities ORDER BY id DESC LIMIT 100) a
		JOIN executions e ON e.id = a.execution AND e.campaign_id = a.campaign_id
		WHERE a.kind = ? AND a.campaign_id = ? AND e.received_at > ? ORDER BY a.id DESC LIMIT 1`,
		storage.ActivityExecution, e.CampaignID, t.now.Add(-column.RunGap))
	if errors.Is(err, storage.ErrNotFound) {
		return 0, nil
	}
	return id, err
}
