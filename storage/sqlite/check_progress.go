package sqlite

import (
	"context"
	"fmt"

	"backchannel/storage"
	"backchannel/storage/records"
)

// A CheckStore stores runs of the endpoint check, and what the engine does with them.
type CheckStore struct {
	records.CheckStore
	*database
}

// LoseChecks marks the runs that a process was making when it died. A new leader calls it,
// because nobody else can be making one then.
func (s *CheckStore) LoseChecks(ctx context.Context, reason string) error {
	err := s.write(ctx, 0, func(t *tx) error {
		lost, err := t.exec(`UPDATE check_runs SET state = ?, reason = ?, ended_at = ? WHERE state = 'running'`, storage.CheckLost, reason, micros(t.now))
		if lost > 0 {
			t.kinds |= storage.ChangedChecks
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("mark lost checks: %w", err)
	}
	return nil
}

// StartCheck takes a run that was asked for, and stores the cases that it will have. It
// returns storage.ErrConflict if the run is no longer asked for.
func (s *CheckStore) StartCheck(ctx context.Context, id storage.ID, cases []storage.CheckCase) error {
	err := s.write(ctx, storage.ChangedChecks, func(t *tx) error {
		taken, err := t.exec(`UPDATE check_runs SET state = ?, started_at = ? WHERE id = ? AND state = 'asked'`, storage.CheckRunning, micros(t.now), id)
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
	if err := t.enqueue(e, d); err != nil {
		return err
	}
	if err := t.deliveries.send(d.ID); err != nil {
		return err
	}
	d.State, d.CheckID, d.CheckCase = storage.Sending, run, caseID
	return t.raw.exec(`UPDATE deliveries SET check_id = ?, check_case = ? WHERE id = ?`, int64(run), caseID, int64(d.ID))
}

// ofCheck reports whether a delivery is a request of the endpoint check.
func (t *tx) ofCheck(id storage.ID) (bool, error) {
	return t.raw.queryRow(nil, `SELECT 1 FROM deliveries WHERE id = ? AND check_id IS NOT NULL`, int64(id))
}
