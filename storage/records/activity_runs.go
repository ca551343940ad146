package records

import (
	"errors"

	"backchannel/storage"
	"backchannel/storage/column"
)

// recordFailure records a delivery that failed for good. Consecutive failures of a webhook share
// one activity, so that a dead endpoint does not push everything else out of the log.
func recordFailure(t Tx, a *storage.Attempt, webhook storage.ID) error {
	runs, now := &t.base().Runs, t.Stamp()
	if run := runs.Continued(webhook, now); run.N > 1 {
		to := "" // it has been deleted
		if w, err := target(t, webhook); err == nil {
			to = " to " + w.Name
		}
		n, err := t.Exec(`UPDATE activities SET text = ?, delivery_id = ? WHERE id = ?`, run.FailuresText(to, a, now), a.DeliveryID, run.Activity)
		if err != nil || n > 0 { // otherwise retention has removed the activity
			runs.Set(webhook, run)
			return err
		}
	}
	d, err := findDelivery(t.Context(), t, a.DeliveryID)
	if err != nil {
		return err
	}
	activity, err := insertActivity(t, column.FirstFailure(d, a))
	runs.Begin(webhook, activity, now)
	return err
}

// recordSilent records an accepted call from which no event follows. Like failures, consecutive
// ones of a campaign share an activity.
func (s *ExecutionStore) recordSilent(t Tx, e *storage.Execution) (err error) {
	if e.Silent == "" {
		return nil
	}
	t.base().Kinds |= storage.ChangedActivity
	runs, now := &t.base().Runs, t.Stamp()
	run := runs.Continued(e.CampaignID, now)
	if run.N == 1 { // in this process
		if run.Activity, err = silentActivity(t, e); err != nil {
			return err
		}
	}
	if run.Activity != 0 {
		n, err := t.Exec(`UPDATE activities SET text = `+s.db.Dialect.OneMore+` || ?, execution = ? WHERE id = ?`, column.MoreSilence(e), e.ID, run.Activity)
		if err != nil || n > 0 {
			runs.Set(e.CampaignID, run)
			return err
		}
	}
	activity, err := insertActivity(t, column.FirstSilence(e))
	runs.Begin(e.CampaignID, activity, now)
	return err
}

// silentActivity returns the activity of a run that another process has begun for the campaign and
// that is not over yet, or 0. It reads only the newest activities, because it delays every
// execution that begins a run.
func silentActivity(t Tx, e *storage.Execution) (storage.ID, error) {
	id, err := First(t.Context(), t, One[storage.ID], `SELECT a.id FROM (SELECT * FROM activities ORDER BY id DESC LIMIT 100) a
		JOIN executions e ON e.id = a.execution AND e.campaign_id = a.campaign_id
		WHERE a.kind = ? AND a.campaign_id = ? AND e.received_at > ? ORDER BY a.id DESC LIMIT 1`,
		storage.ActivityExecution, e.CampaignID, column.At(t.Stamp().Add(-column.RunGap)))
	if errors.Is(err, storage.ErrNotFound) {
		return 0, nil
	}
	return id, err
}
