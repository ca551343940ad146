package records

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"backchannel/storage"
	"backchannel/storage/column"
)

// A CheckStore stores runs of the endpoint check, their cases and their progress in the engine.
type CheckStore struct{ db *Database }

// NewCheckStore returns the checks in a database.
func NewCheckStore(db *Database) CheckStore { return CheckStore{db} }

const selectChecks = `SELECT id, webhook_id, webhook, url, options, state, reason, stop, asked_at, started_at, ended_at, requests, load FROM check_runs`

func scanCheck(read Scan) (r storage.CheckRun, err error) {
	var options, load string
	var requested, started, ended column.Timestamp
	err = read(&r.ID, &r.WebhookID, &r.Webhook, &r.URL, &options, &r.State, &r.Reason, &r.Stop, &requested, &started, &ended, &r.Requests, &load)
	if err != nil {
		return r, err
	}
	r.RequestedAt, r.StartedAt, r.EndedAt = requested.Time, started.Time, ended.Time
	return r, errors.Join(json.Unmarshal([]byte(options), &r.Options), json.Unmarshal([]byte(load), &r.Load))
}

// RequestCheck stores the request for a run, which an engine in this or another process makes. It sets
// the run's ID, state and times, and the webhook's name and URL. It returns storage.FieldErrors for
// options out of bounds, and storage.ErrConflict for a webhook that is paused, has an open circuit
// breaker or is being checked already.
func (s *CheckStore) RequestCheck(ctx context.Context, r *storage.CheckRun) error {
	requested := *r
	err := s.db.Write(ctx, storage.ChangedChecks|storage.ChangedActivity, func(t Tx) (err error) {
		requested = storage.CheckRun{WebhookID: r.WebhookID, Options: r.Options, State: storage.CheckRequested, RequestedAt: t.Stamp()}
		if err := requested.Options.Validate(); err != nil {
			return err
		}
		if err := checkable(t, &requested); err != nil {
			return err
		}
		if requested.ID, err = t.NewID(); err != nil {
			return err
		}
		if err := insertCheck(t, &requested); err != nil {
			return err
		}
		if err := forgetChecks(t, requested.WebhookID); err != nil {
			return err
		}
		return AddActivity(t, storage.Activity{Kind: storage.ActivityCheck, WebhookID: requested.WebhookID, Text: "check of webhook " + requested.Webhook + " asked for" + s.db.By})
	})
	if err != nil {
		return fmt.Errorf("request a check: %w", err)
	}
	*r = requested
	return nil
}

// A checkedWebhook holds the columns of a webhook that decide whether it can be checked.
type checkedWebhook struct {
	storage.Webhook
	probe column.Timestamp // when its circuit breaker is due for one
}

func scanChecked(read Scan) (w checkedWebhook, err error) {
	err = read(&w.Name, &w.URL, &w.State, &w.probe)
	return w, err
}

// checkable checks that the run's webhook can be checked now, and copies its name and URL.
func checkable(t Tx, r *storage.CheckRun) error {
	w, err := First(t.Context(), t, scanChecked, `SELECT w.name, w.url, w.state, b.open_until
		FROM webhooks w LEFT JOIN breakers b ON b.webhook_id = w.id WHERE w.id = ?`, r.WebhookID)
	if errors.Is(err, storage.ErrNotFound) {
		return fmt.Errorf("webhook %s: %w", r.WebhookID, err)
	}
	if err != nil {
		return err
	}
	open, err := Collect(t.Context(), t, One[storage.ID], `SELECT id FROM check_runs WHERE webhook_id = ? AND state IN ('asked', 'running')`, r.WebhookID)
	if err != nil {
		return err
	}
	return r.Request(w.Webhook, w.probe.Time, open)
}

func insertCheck(t Tx, r *storage.CheckRun) error {
	options, err := json.Marshal(r.Options)
	if err != nil {
		return err
	}
	_, err = t.Exec(`INSERT INTO check_runs (id, webhook_id, webhook, url, options, state, reason, stop, asked_at, requests, load)
		VALUES (?,?,?,?,?,?,'','',?,0,'{}')`,
		r.ID, r.WebhookID, r.Webhook, r.URL, string(options), r.State, column.At(r.RequestedAt))
	return err
}

// forgetChecks removes the runs of a webhook beyond the newest ones.
func forgetChecks(t Tx, webhook storage.ID) error {
	return t.Send(`DELETE FROM check_runs WHERE webhook_id = ? AND state NOT IN ('asked', 'running') AND id NOT IN (
		SELECT id FROM check_runs WHERE webhook_id = ? ORDER BY id DESC LIMIT ?)`, webhook, webhook, storage.KeptCheckRuns)
}

// CheckRun finds a run with its cases.
func (s *CheckStore) CheckRun(ctx context.Context, id storage.ID) (storage.CheckRun, error) {
	r, err := First(ctx, s.db.Reads, scanCheck, selectChecks+` WHERE id = ?`, id)
	if err == nil {
		r.Cases, err = s.cases(ctx, id)
	}
	return r, Wrap(err, "find check %s", id)
}

// CheckBefore finds the previous run of the same webhook, with its cases. It skips runs that judged
// no case.
func (s *CheckStore) CheckBefore(ctx context.Context, r storage.CheckRun) (storage.CheckRun, error) {
	before, err := s.before(ctx, r)
	return before, Wrap(err, "find check before %s", r.ID)
}

func (s *CheckStore) before(ctx context.Context, r storage.CheckRun) (none storage.CheckRun, err error) {
	ended, err := Collect(ctx, s.db.Reads, scanCheck,
		selectChecks+` WHERE webhook_id = ? AND id < ? AND state NOT IN ('asked', 'running') ORDER BY id DESC`, r.WebhookID, r.ID)
	if err != nil {
		return none, err
	}
	for _, run := range ended {
		if run.Cases, err = s.cases(ctx, run.ID); err != nil || slices.ContainsFunc(run.Cases, storage.CheckCase.Judged) {
			return run, err
		}
	}
	return none, storage.ErrNotFound
}

func (s *CheckStore) cases(ctx context.Context, run storage.ID) ([]storage.CheckCase, error) {
	return Collect(ctx, s.db.Reads, scanCheckCase, `SELECT content FROM check_cases WHERE run_id = ? ORDER BY n`, run)
}

func scanCheckCase(read Scan) (c storage.CheckCase, err error) {
	var content string
	if err := read(&content); err != nil {
		return c, err
	}
	return c, json.Unmarshal([]byte(content), &c)
}

// CheckRuns lists the runs of a webhook, newest first, or of every webhook for 0. They come
// without their cases.
func (s *CheckStore) CheckRuns(ctx context.Context, webhook storage.ID) ([]storage.CheckRun, error) {
	where, args := ``, []any(nil)
	if webhook != 0 {
		where, args = ` WHERE webhook_id = ?`, []any{webhook}
	}
	all, err := Collect(ctx, s.db.Reads, scanCheck, selectChecks+where+` ORDER BY id DESC`, args...)
	return all, Wrap(err, "list checks")
}

// OpenChecks lists the runs that are requested or running, oldest first, without their cases.
func (s *CheckStore) OpenChecks(ctx context.Context) ([]storage.CheckRun, error) {
	all, err := Collect(ctx, s.db.Reads, scanCheck, selectChecks+` WHERE state IN ('asked', 'running') ORDER BY id`)
	return all, Wrap(err, "list open checks")
}

// StopCheck stops a run. A run that no engine has taken ends at once. A running one is ended by
// its engine, and keeps the results so far. For one that has ended it returns storage.ErrConflict.
func (s *CheckStore) StopCheck(ctx context.Context, id storage.ID) error {
	reason := "stopped" + s.db.By
	err := s.db.Write(ctx, storage.ChangedChecks, func(t Tx) error {
		r, err := First(t.Context(), t, scanCheck, selectChecks+` WHERE id = ?`, id)
		switch {
		case err != nil:
			return err
		case r.State.Ended():
			return fmt.Errorf("%w: it has ended already (%s)", storage.ErrConflict, r.State)
		case r.State == storage.CheckRequested:
			_, err = t.Exec(`UPDATE check_runs SET state = ?, reason = ?, ended_at = ? WHERE id = ?`,
				storage.CheckInterrupted, reason+" before an engine took it", column.At(t.Stamp()), id)
		default:
			_, err = t.Exec(`UPDATE check_runs SET stop = ? WHERE id = ?`, reason, id)
		}
		return err
	})
	return Wrap(err, "stop check %s", id)
}
