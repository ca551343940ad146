package records

import (
	"context"
	"encoding/json"
	"fmt"

	"backchannel/storage"
	"backchannel/storage/column"
)

// MarkChecksLost marks as lost the runs that this process or a dead one was making. A new leader calls
// it.
func (s *CheckStore) MarkChecksLost(ctx context.Context, reason string) error {
	err := s.db.Write(ctx, 0, func(t Tx) error { return MarkChecksLost(t, s.db.Abandoned, reason) })
	return Wrap(err, "mark lost checks")
}

// MarkChecksLost marks as lost the runs that are running and abandoned.
func MarkChecksLost(t Tx, abandoned, reason string) error {
	lost, err := t.Exec(`UPDATE check_runs SET state = ?, reason = ?, ended_at = ? WHERE state = 'running'`+abandoned,
		storage.CheckLost, reason, column.At(t.Stamp()))
	if lost > 0 {
		t.base().Kinds |= storage.ChangedChecks
	}
	return err
}

// StartCheck takes a run that was requested, and stores the cases that it will have. It
// returns storage.ErrConflict if the run is no longer requested.
func (s *CheckStore) StartCheck(ctx context.Context, id storage.ID, cases []storage.CheckCase) error {
	err := s.db.Write(ctx, storage.ChangedChecks, func(t Tx) error {
		taken, err := t.Exec(`UPDATE check_runs SET state = ?, started_at = ?`+s.db.node()+` WHERE id = ? AND state = 'asked'`, storage.CheckRunning, column.At(t.Stamp()), id)
		if err != nil {
			return err
		}
		if taken == 0 {
			return fmt.Errorf("%w: it is no longer requested", storage.ErrConflict)
		}
		return addCheckCases(t, id, cases)
	})
	return Wrap(err, "start check %s", id)
}

// SendCheckEvents stores events of a case as deliveries that are being sent, and counts them
// as requests of the run. Finish stores what becomes of one; nothing ever retries it.
func (s *CheckStore) SendCheckEvents(ctx context.Context, run storage.ID, caseID string, events ...storage.Event) ([]storage.Delivery, error) {
	made := make([]storage.Delivery, len(events))
	err := s.db.Write(ctx, storage.ChangedDeliveries|storage.ChangedChecks, func(t Tx) error {
		for i, event := range events { // a copy, because the transaction may run again
			if err := sendCheckEvent(t, run, caseID, &event, &made[i]); err != nil {
				return err
			}
		}
		return must(t, `UPDATE check_runs SET requests = requests + ? WHERE id = ?`, len(events), run)
	})
	if err != nil {
		return nil, fmt.Errorf("store requests of check %s: %w", run, err)
	}
	return made, nil
}

func sendCheckEvent(t Tx, run storage.ID, caseID string, e *storage.Event, d *storage.Delivery) error {
	err := makeEvent(t, e, d)
	if err == nil {
		d.ID, err = t.NewID()
	}
	if err != nil {
		return err
	}
	d.State, d.CreatedAt, d.NextAttemptAt, d.CheckID, d.CheckCase = storage.Sending, t.Stamp(), t.Stamp(), run, caseID
	return t.Deliveries().AddSent(d)
}

func addCheckCases(t Tx, run storage.ID, cases []storage.CheckCase) error {
	for i, c := range cases {
		content, err := json.Marshal(c)
		if err != nil {
			return err
		}
		if err := t.Send(`INSERT INTO check_cases VALUES (?,?,?,?)`, run, c.ID, i, string(content)); err != nil {
			return err
		}
	}
	return nil
}

// SaveCheckCases stores cases of a run that have started or ended.
func (s *CheckStore) SaveCheckCases(ctx context.Context, id storage.ID, cases ...storage.CheckCase) error {
	err := s.db.Write(ctx, storage.ChangedChecks, func(t Tx) error {
		for _, c := range cases {
			if err := saveCheckCase(t, id, c); err != nil {
				return err
			}
		}
		return nil
	})
	return Wrap(err, "store cases of check %s", id)
}

func saveCheckCase(t Tx, run storage.ID, c storage.CheckCase) error {
	content, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return must(t, `UPDATE check_cases SET content = ? WHERE run_id = ? AND id = ?`, string(content), run, c.ID)
}

// EndCheck stores how a run ended. Its cases are stored already.
func (s *CheckStore) EndCheck(ctx context.Context, r storage.CheckRun) error {
	load, err := json.Marshal(r.Load)
	if err != nil {
		return err
	}
	err = s.db.Write(ctx, storage.ChangedChecks|storage.ChangedActivity, func(t Tx) error {
		err := must(t, `UPDATE check_runs SET state = ?, reason = ?, load = ?, ended_at = ? WHERE id = ? AND state IN ('asked', 'running')`,
			r.State, r.Reason, string(load), column.At(t.Stamp()), r.ID)
		if err != nil {
			return err
		}
		if err := forgetChecks(t, r.WebhookID); err != nil {
			return err
		}
		return AddActivity(t, storage.Activity{Kind: storage.ActivityCheck, WebhookID: r.WebhookID, Text: "check of webhook " + r.Webhook + " " + r.Summary()})
	})
	return Wrap(err, "end check %s", r.ID)
}
