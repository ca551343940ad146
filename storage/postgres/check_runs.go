package postgres

import (
	"context"
	"fmt"

	"backchannel/storage"
	"backchannel/storage/records"
)

// A CheckStore stores runs of the endpoint check and their progress in the engine.
type CheckStore struct {
	records.CheckStore
	*database
}

// LoseChecks marks as lost the runs that this process or a dead one was making.
func (s *CheckStore) LoseChecks(ctx context.Context, reason string) error {
	err := s.write(ctx, 0, func(t *tx) error { return t.loseChecks(t.node, reason) })
	if err != nil {
		return fmt.Errorf("mark lost checks: %w", err)
	}
	return nil
}

func (t *tx) loseChecks(node int64, reason string) error {
	lost, err := t.exec(`UPDATE check_runs SET state = ?2, reason = ?3, ended_at = ?4 WHERE state = 'running' AND `+abandoned, node, storage.CheckLost, reason, t.now)
	if lost > 0 {
		t.kinds |= storage.ChangedChecks
	}
	return err
}

// StartCheck takes a run that was asked for, and stores the cases that it will have. It
// returns storage.ErrConflict if the run is no longer asked for.
func (s *CheckStore) StartCheck(ctx context.Context, id storage.ID, cases []storage.CheckCase) error {
	err := s.write(ctx, storage.ChangedChecks, func(t *tx) error {
		taken, err := t.exec(`UPDATE check_runs SET state = ?, started_at = ?, node = ? WHERE id = ? AND state = 'asked'`, storage.CheckRunning, t.now, t.node, id)
		if err != nil {
			return err
		}
		if taken == 0 {
			return fmt.Errorf("%w: it is no longer asked for", storage.ErrConflict)
		}
		return records.AddCheckCases(sharedTx{t}, id, cases)
	})
	if err != nil {
		return fmt.Errorf("start check %s: %w", id, err)
	}
	return nil
}

// SendCheckEvents stores events of a case as deliveries that are being sent, and counts them
// as requests of the run. Finish stores what becomes of one; nothing ever retries it.
func (s *CheckStore) SendCheckEvents(ctx context.Context, run storage.ID, caseID string, events ...storage.Event) ([]storage.Delivery, error) {
	made := make([]storage.Delivery, len(events))
	err := s.write(ctx, storage.ChangedDeliveries|storage.ChangedChecks, func(t *tx) error {
		for i, event := range events { // a copy, because the transaction may run again
			if err := t.sendCheckEvent(run, caseID, &event, &made[i]); err != nil {
				return err
			}
		}
		return t.must(`UPDATE check_runs SET requests = requests + ? WHERE id = ?`, len(events), run)
	})
	if err != nil {
		return nil, fmt.Errorf("store requests of check %s: %w", run, err)
	}
	return made, nil
}

func (t *tx) sendCheckEvent(run storage.ID, caseID string, e *storage.Event, d *storage.Delivery) error {
	err := t.makeEvent(e, d)
	if err == nil {
		d.ID, err = t.newID()
	}
	if err != nil {
		return err
	}
	d.State, d.CreatedAt, d.NextAttemptAt, d.CheckID, d.CheckCase = storage.Sending, t.stamp(), t.stamp(), run, caseID
	t.deliveries.insertSent(d)
	return nil
}
