package records

import (
	"context"
	"errors"
	"fmt"

	"backchannel/storage"
	"backchannel/storage/column"
)

// A WebhookStore stores webhooks, with their secrets sealed.
type WebhookStore struct {
	db    *Database
	rules storage.Rules
}

func (s *WebhookStore) scan(read Scan) (storage.Webhook, error) {
	return column.ScanWebhook(read, s.db.Seals)
}

// Webhooks lists all webhooks by name.
func (s *WebhookStore) Webhooks(ctx context.Context) ([]storage.Webhook, error) {
	all, err := Collect(ctx, s.db.Reads, s.scan, `SELECT `+column.WebhookColumns+` FROM webhooks ORDER BY name`)
	return all, Wrap(err, "list webhooks")
}

// Webhook finds a webhook by its ID.
func (s *WebhookStore) Webhook(ctx context.Context, id storage.ID) (storage.Webhook, error) {
	w, err := s.find(ctx, s.db.Reads, `id = ?`, id)
	return w, Wrap(err, "find webhook %s", id)
}

// WebhookByName finds a webhook by its name.
func (s *WebhookStore) WebhookByName(ctx context.Context, name string) (storage.Webhook, error) {
	w, err := s.find(ctx, s.db.Reads, `name = ?`, name)
	return w, Wrap(err, "find webhook %q", name)
}

// WebhookAt finds the webhook of an organization's sandbox.
func (s *WebhookStore) WebhookAt(ctx context.Context, organization, sandbox string) (storage.Webhook, error) {
	w, err := s.find(ctx, s.db.Reads, `organization = ? AND sandbox_name = ?`, organization, sandbox)
	return w, Wrap(err, "find the webhook of %q, sandbox %q", organization, sandbox)
}

func (s *WebhookStore) find(ctx context.Context, from Source, where string, args ...any) (storage.Webhook, error) {
	return First(ctx, from, s.scan, `SELECT `+column.WebhookColumns+` FROM webhooks WHERE `+where, args...)
}

// CreateWebhook stores a new webhook and sets its ID, Version and times. It reports all
// invalid fields at once as storage.FieldErrors, including conflicts with other webhooks.
func (s *WebhookStore) CreateWebhook(ctx context.Context, w *storage.Webhook) error {
	w.ID = 0
	return Wrap(s.SaveWebhooks(ctx, w), "create webhook")
}

// UpdateWebhook stores a changed webhook. Its Version must be the stored one. If it is not, the
// webhook has been changed since it was read, and the error is storage.ErrConflict.
func (s *WebhookStore) UpdateWebhook(ctx context.Context, w *storage.Webhook) error {
	err := storage.ErrNotFound
	if w.ID != 0 {
		err = s.SaveWebhooks(ctx, w)
	}
	return Wrap(err, "save webhook")
}

// SaveWebhooks stores new webhooks, which have no ID yet, and changed ones: either all of
// them or none. It sets their IDs, versions and times once they are stored, since work in a
// transaction may run more than once.
func (s *WebhookStore) SaveWebhooks(ctx context.Context, all ...*storage.Webhook) error {
	if len(all) == 0 {
		return nil
	}
	work, done := s.saving(ctx, all)
	if err := s.db.Write(ctx, changedInventory, work); err != nil {
		return err
	}
	done()
	return nil
}

// saving returns the work of SaveWebhooks within its transaction, and a function to call once that
// is committed.
func (s *WebhookStore) saving(ctx context.Context, all []*storage.Webhook) (work func(Tx) error, done func()) {
	invalid := make([]error, len(all))
	for i, w := range all {
		w.Normalize()
		invalid[i] = w.Validate(ctx, s.rules) // before the transaction, because it reads files
	}
	saved := make([]storage.Webhook, len(all))
	work = func(t Tx) (err error) {
		if err := vacate(t, all); err != nil {
			return err
		}
		for i, w := range all {
			if saved[i], err = s.save(t, *w, invalid[i]); err != nil {
				return err
			}
		}
		return nil
	}
	return work, func() {
		for i, w := range all {
			*w = saved[i]
		}
	}
}

// vacate gives the webhooks temporary names and organizations, so that they can swap them without
// violating a unique constraint.
func vacate(t Tx, all []*storage.Webhook) error {
	if len(all) <= 1 {
		return nil // a single webhook has none to swap with
	}
	for _, w := range all {
		if w.ID == 0 {
			continue
		}
		_, err := t.Exec(`UPDATE webhooks SET name = ?, organization = ? WHERE id = ? AND version = ?`, vacant(w.ID), vacant(w.ID), w.ID, w.Version)
		if err != nil {
			return err
		}
	}
	return nil
}

// CheckWebhook returns the errors that CreateWebhook or UpdateWebhook would return for a
// webhook's fields. It stores nothing.
func (s *WebhookStore) CheckWebhook(ctx context.Context, w storage.Webhook) error {
	w.Normalize()
	return checkConflicts(ctx, s.db.Reads, w, w.Validate(ctx, s.rules))
}

// save stores a webhook and returns it as stored. invalid holds the invalid fields found so
// far, to which conflicts are added, so that all are reported at once.
func (s *WebhookStore) save(t Tx, w storage.Webhook, invalid error) (storage.Webhook, error) {
	if w.ID == 0 {
		return s.create(t, w, invalid)
	}
	return s.change(t, w, invalid)
}

func (s *WebhookStore) create(t Tx, w storage.Webhook, invalid error) (made storage.Webhook, err error) {
	if w.ID, err = t.NewID(); err != nil {
		return made, err
	}
	w.Version, w.CreatedAt, w.UpdatedAt = 1, t.Stamp(), t.Stamp()
	return w, s.add(t, &w, invalid)
}

// add stores a new webhook that has an ID.
func (s *WebhookStore) add(t Tx, w *storage.Webhook, invalid error) error {
	if err := checkConflicts(t.Context(), t, *w, invalid); err != nil {
		return err
	}
	if err := s.insert(t, w); err != nil {
		return err
	}
	return AddActivity(t, storage.Activity{Kind: storage.ActivityWebhook, WebhookID: w.ID, Text: "webhook " + w.Name + " created" + s.db.By})
}

func (s *WebhookStore) change(t Tx, w storage.Webhook, invalid error) (saved storage.Webhook, err error) {
	stored, err := s.find(t.Context(), t, `id = ?`, w.ID)
	if err != nil {
		return saved, err
	}
	if w, err = w.Revise(stored, t.Stamp()); err != nil {
		return saved, err
	}
	if err := checkConflicts(t.Context(), t, w, invalid); err != nil {
		return saved, err
	}
	if err := s.update(t, &w); err != nil {
		return saved, err
	}
	return w, AddActivity(t, storage.Activity{Kind: storage.ActivityWebhook, WebhookID: w.ID, Text: "webhook " + w.Name + " changed" + s.db.By})
}

// insert stores a new webhook. Its name also goes into a table whose rows outlive their webhooks.
func (s *WebhookStore) insert(t Tx, w *storage.Webhook) error {
	values, err := column.WebhookValues(w, s.db.Seals)
	if err != nil {
		return err
	}
	_, err = t.Exec(`INSERT INTO webhook_names VALUES (?, ?) ON CONFLICT (webhook_id) DO UPDATE SET name = excluded.name`, w.ID, w.Name)
	if err != nil {
		return err
	}
	_, err = t.Exec(`INSERT INTO webhooks (`+column.WebhookColumns+`) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`, values...)
	return err
}

// update stores a changed webhook. Its deliveries and receipts show its new name.
func (s *WebhookStore) update(t Tx, w *storage.Webhook) error {
	values, err := column.WebhookValues(w, s.db.Seals)
	if err != nil {
		return err
	}
	if _, err := t.Exec(`UPDATE webhook_names SET name = ? WHERE webhook_id = ?`, w.Name, w.ID); err != nil {
		return err
	}
	t.WebhooksChanged()
	_, err = t.Exec(`UPDATE webhooks SET (`+column.WebhookColumns+`) = (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) WHERE id = ?`, append(values, w.ID)...)
	return err
}

// checkConflicts adds to the invalid fields of a webhook those whose values other webhooks have.
// The table's unique constraints would report only one conflict, and not with which webhook.
func checkConflicts(ctx context.Context, from Source, w storage.Webhook, invalid error) error {
	var bad storage.FieldErrors
	errors.As(invalid, &bad)
	others, err := Collect(ctx, from, scanOther,
		`SELECT id, name, organization, sandbox_name FROM webhooks WHERE id <> ? AND (name = ? OR organization = ? AND sandbox_name = ?) ORDER BY id`,
		w.ID, w.Name, w.Organization, w.Sandbox.Name)
	if err != nil {
		return err
	}
	return append(bad, w.Conflicts(others...)...).Err()
}

// scanOther reads the columns of a webhook that must be unique.
func scanOther(read Scan) (w storage.Webhook, err error) {
	err = read(&w.ID, &w.Name, &w.Organization, &w.Sandbox.Name)
	return w, err
}

// SetWebhookState activates or pauses a webhook. reason says why, and is empty if a person asked.
func (s *WebhookStore) SetWebhookState(ctx context.Context, id storage.ID, state storage.WebhookState, reason string) error {
	err := s.db.Write(ctx, storage.ChangedWebhooks|storage.ChangedDeliveries|storage.ChangedActivity, func(t Tx) error {
		return setWebhookState(t, id, state, s.db.By, reason)
	})
	return Wrap(err, "set the state of webhook %s", id)
}

// setWebhookState is WebhookStore.SetWebhookState within a transaction. It increments the webhook's
// version, so that saving an older copy is a conflict.
func setWebhookState(t Tx, id storage.ID, state storage.WebhookState, by, reason string) error {
	name, err := First(t.Context(), t, One[string],
		`UPDATE webhooks SET state = ?, state_reason = ?, version = version + 1, updated_at = ? WHERE id = ? RETURNING name`,
		state, reason, column.At(t.Stamp()), id)
	if err != nil {
		return err
	}
	return AddActivity(t, storage.Activity{Kind: storage.ActivityWebhook, WebhookID: id, Text: storage.StateChange(name, state, by, reason)})
}

// DeleteWebhook deletes a webhook and cancels its unfinished deliveries. Its deliveries and
// receipts are kept under its name.
func (s *WebhookStore) DeleteWebhook(ctx context.Context, id storage.ID) (cancelled int, err error) {
	err = s.db.Write(ctx, changedInventory, func(t Tx) error {
		name, err := First(t.Context(), t, One[string], `DELETE FROM webhooks WHERE id = ? RETURNING name`, id)
		if err != nil {
			return err
		}
		t.WebhooksChanged()
		if cancelled, err = t.Deliveries().CancelAll(id); err != nil {
			return err
		}
		return AddActivity(t, storage.Activity{Kind: storage.ActivityWebhook, WebhookID: id,
			Text: fmt.Sprintf("webhook %s deleted%s; deliveries cancelled: %d", name, s.db.By, cancelled)})
	})
	if err != nil {
		return 0, fmt.Errorf("delete webhook %s: %w", id, err)
	}
	return cancelled, nil
}
