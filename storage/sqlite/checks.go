package sqlite

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"backchannel/storage"
	"backchannel/storage/records"
)

// A CheckStore stores runs of the endpoint check and their cases.
type CheckStore struct{ *database }

const selectChecks = `SELECT id, webhook_id, webhook, url, options, state, reason, stop, asked_at, started_at, ended_at, requests, load FROM check_runs`

func scanCheck(read scan) (r storage.CheckRun, err error) {
	var options, load string
	var asked, started, ended timestamp
	err = read(&r.ID, &r.WebhookID, &r.Webhook, &r.URL, &options, &r.State, &r.Reason, &r.Stop, &asked, &started, &ended, &r.Requests, &load)
	if err != nil {
		return r, err
	}
	r.AskedAt, r.StartedAt, r.EndedAt = asked.Time, started.Time, ended.Time
	return r, errors.Join(json.Unmarshal([]byte(options), &r.Options), json.Unmarshal([]byte(load), &r.Load))
}

// AskCheck asks for a run: whichever process has the engine makes it. It sets the run's ID,
// state and times, and the webhook's name and URL. It refuses options out of bounds as
// storage.FieldErrors, and, as a conflict, a webhook that is paused, has an open circuit
// breaker or is being checked already.
func (s *CheckStore) AskCheck(ctx context.Context, r *storage.CheckRun) error {
	asked := *r
	err := s.write(ctx, storage.ChangedChecks|storage.ChangedActivity, func(t *tx) (err error) {
		asked = storage.CheckRun{WebhookID: r.WebhookID, Options: r.Options, State: storage.CheckAsked, AskedAt: t.stamp()}
		if err := asked.Options.Validate(); err != nil {
			return err
		}
		if err := t.checkable(&asked); err != nil {
			return err
		}
		if asked.ID, err = t.newID(); err != nil {
			return err
		}
		if err := t.insertCheck(&asked); err != nil {
			return err
		}
		if err := t.forgetChecks(asked.WebhookID); err != nil {
			return err
		}
		return t.addActivity(storage.Activity{Kind: storage.ActivityCheck, WebhookID: asked.WebhookID, Text: "check of webhook " + asked.Webhook + " asked for" + s.by})
	})
	if err != nil {
		return fmt.Errorf("ask for a check: %w", err)
	}
	*r = asked
	return nil
}

// A checkedWebhook holds the columns of a webhook that decide whether it can be checked.
type checkedWebhook struct {
	storage.Webhook
	probe timestamp // when its circuit breaker is due for one
}

func scanChecked(read scan) (w checkedWebhook, err error) {
	err = read(&w.Name, &w.URL, &w.State, &w.probe)
	return w, err
}

// checkable makes sure that a run can be asked for, and sets what it says of its webhook.
func (t *tx) checkable(r *storage.CheckRun) error {
	w, err := first(t.ctx(), t.conn, scanChecked, `SELECT w.name, w.url, w.state, b.open_until
		FROM webhooks w LEFT JOIN breakers b ON b.webhook_id = w.id WHERE w.id = ?`, r.WebhookID)
	if errors.Is(err, storage.ErrNotFound) {
		return fmt.Errorf("webhook %s: %w", r.WebhookID, err)
	}
	if err != nil {
		return err
	}
	open, err := collect(t.ctx(), t.conn, records.One[storage.ID], `SELECT id FROM check_runs WHERE webhook_id = ? AND state IN ('asked', 'running')`, r.WebhookID)
	if err != nil {
		return err
	}
	return r.Ask(w.Webhook, w.probe.Time, open)
}

func (t *tx) insertCheck(r *storage.CheckRun) error {
	options, err := json.Marshal(r.Options)
	if err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO check_runs VALUES (?,?,?,?,?,?,'','',?,NULL,NULL,0,'{}')`,
		r.ID, r.WebhookID, r.Webhook, r.URL, string(options), r.State, micros(r.AskedAt))
	return err
}

// forgetChecks removes the runs of a webhook beyond the newest ones.
func (t *tx) forgetChecks(webhook storage.ID) error {
	_, err := t.exec(`DELETE FROM check_runs WHERE webhook_id = ?1 AND state NOT IN ('asked', 'running') AND id NOT IN (
		SELECT id FROM check_runs WHERE webhook_id = ?1 ORDER BY id DESC LIMIT ?2)`, webhook, storage.KeptCheckRuns)
	return err
}

// CheckRun finds a run with its cases.
func (s *CheckStore) CheckRun(ctx context.Context, id storage.ID) (storage.CheckRun, error) {
	return s.found(ctx, "check "+id.String(), ` WHERE id = ?`, id)
}

// CheckBefore finds the run of the same webhook before a given one, with its cases. Runs
// that judged no case are passed over.
func (s *CheckStore) CheckBefore(ctx context.Context, r storage.CheckRun) (storage.CheckRun, error) {
	return s.found(ctx, "check before "+r.ID.String(), ` WHERE webhook_id = ? AND id < ? AND state NOT IN ('asked', 'running') AND EXISTS (
		SELECT 1 FROM check_cases WHERE run_id = check_runs.id AND content ->> '$.Result' NOT IN ('', 'skip')) ORDER BY id DESC LIMIT 1`, r.WebhookID, r.ID)
}

func (s *CheckStore) found(ctx context.Context, what, where string, args ...any) (storage.CheckRun, error) {
	r, err := first(ctx, s.reads, scanCheck, selectChecks+where, args...)
	if err == nil {
		r.Cases, err = collect(ctx, s.reads, scanCheckCase, `SELECT content FROM check_cases WHERE run_id = ? ORDER BY n`, r.ID)
	}
	if err != nil {
		return r, fmt.Errorf("find %s: %w", what, err)
	}
	return r, nil
}

func scanCheckCase(read scan) (c storage.CheckCase, err error) {
	var content string
	if err := read(&content); err != nil {
		return c, err
	}
	return c, json.Unmarshal([]byte(content), &c)
}

// CheckRuns lists the runs of a webhook, newest first, or of every webhook for 0. They come
// without their cases.
func (s *CheckStore) CheckRuns(ctx context.Context, webhook storage.ID) ([]storage.CheckRun, error) {
	all, err := collect(ctx, s.reads, scanCheck, selectChecks+` WHERE ?1 = 0 OR webhook_id = ?1 ORDER BY id DESC`, webhook)
	if err != nil {
		return nil, fmt.Errorf("list checks: %w", err)
	}
	return all, nil
}

// OpenChecks lists the runs that are asked for or running, oldest first, without their cases.
func (s *CheckStore) OpenChecks(ctx context.Context) ([]storage.CheckRun, error) {
	all, err := collect(ctx, s.reads, scanCheck, selectChecks+` WHERE state IN ('asked', 'running') ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("list open checks: %w", err)
	}
	return all, nil
}

// StopCheck stops a run. One that no engine has taken ends at once; one that is running is
// ended by its engine, which keeps what was done.
func (s *CheckStore) StopCheck(ctx context.Context, id storage.ID) error {
	reason := "stopped" + s.by
	err := s.write(ctx, storage.ChangedChecks, func(t *tx) error {
		r, err := first(t.ctx(), t.conn, scanCheck, selectChecks+` WHERE id = ?`, id)
		switch {
		case err != nil:
			return err
		case r.State.Ended():
			return fmt.Errorf("%w: it has ended already (%s)", storage.ErrConflict, r.State)
		case r.State == storage.CheckAsked:
			_, err = t.exec(`UPDATE check_runs SET state = ?, reason = ?, ended_at = ? WHERE id = ?`,
				storage.CheckInterrupted, reason+" before an engine took it", micros(t.now), id)
		default:
			_, err = t.exec(`UPDATE check_runs SET stop = ? WHERE id = ?`, reason, id)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("stop check %s: %w", id, err)
	}
	return nil
}
