package records

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"backchannel/storage"
	"backchannel/storage/column"
)

// A ProfileStore stores how the receiver answers each webhook.
type ProfileStore struct{ db *Database }

// Profile returns a webhook's response profile, or the zero one if none was set.
func (s *ProfileStore) Profile(ctx context.Context, webhook storage.ID) (storage.Profile, error) {
	p, err := First(ctx, s.db.Reads, scanProfile, `SELECT generation, profile FROM profiles WHERE webhook_id = ?`, webhook)
	if errors.Is(err, storage.ErrNotFound) {
		return storage.Profile{}, nil
	}
	return p, Wrap(err, "find the profile of webhook %s", webhook)
}

// scanProfile reads a profile. Its generation is a column, because SQL counts it.
func scanProfile(read Scan) (p storage.Profile, err error) {
	var generation int64
	var text string
	if err := read(&generation, &text); err != nil {
		return p, err
	}
	err = json.Unmarshal([]byte(text), &p)
	p.Generation = generation
	return p, err
}

// SetProfile replaces a webhook's profile. The store increments its Generation, which tells a
// receiver in another process to restart its sequence of answers.
func (s *ProfileStore) SetProfile(ctx context.Context, webhook storage.ID, p storage.Profile) error {
	err := p.Validate()
	if err == nil {
		err = s.db.Write(ctx, storage.ChangedProfiles|storage.ChangedActivity, func(t Tx) error { return s.set(t, webhook, p) })
	}
	return Wrap(err, "set the profile of webhook %s", webhook)
}

func (s *ProfileStore) set(t Tx, webhook storage.ID, p storage.Profile) error {
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	to, err := target(t, webhook)
	if err != nil {
		return err
	}
	_, err = t.Exec(`INSERT INTO profiles VALUES (?, 1, ?)
		ON CONFLICT (webhook_id) DO UPDATE SET generation = profiles.generation + 1, profile = excluded.profile`, webhook, string(text))
	if err != nil {
		return err
	}
	return AddActivity(t, storage.Activity{Kind: storage.ActivityReceiver, WebhookID: webhook,
		Text: fmt.Sprintf("response profile of webhook %s set to %s%s", to.Name, column.ProfileName(p), s.db.By)})
}
