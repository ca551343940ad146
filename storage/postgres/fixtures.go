package postgres

import (
	"context"
	"fmt"

	"backchannel/storage"
)

// fixtureColumns are in the order in which they are inserted and scanned.
const fixtureColumns = `name, channel, status, revision, payload, created_at`

// A FixtureStore stores payloads that were saved as fixtures.
type FixtureStore struct{ *database }

// SaveFixture stores a payload under a name that is not taken yet.
func (s *FixtureStore) SaveFixture(ctx context.Context, f storage.SavedFixture) error {
	err := f.Validate()
	if err == nil {
		err = s.write(ctx, storage.ChangedFixtures|storage.ChangedActivity, func(t *tx) error {
			f.CreatedAt = t.now
			return s.insert(t, f)
		})
	}
	if err != nil {
		return fmt.Errorf("save fixture: %w", err)
	}
	return nil
}

func (s *FixtureStore) insert(t *tx, f storage.SavedFixture) error {
	_, err := t.exec(`INSERT INTO saved_fixtures (`+fixtureColumns+`) VALUES (?,?,?,?,?,?)`,
		f.Name, f.Channel, f.Status, f.Revision, f.Payload, moment(f.CreatedAt))
	if violates(err) { // the name, which is the table's only constraint
		return storage.FieldErrors{{Field: "name", Conflict: true, Reason: fmt.Sprintf("%q is taken; use another", f.Name)}}
	}
	if err != nil {
		return err
	}
	return t.addActivity(storage.Activity{Kind: storage.ActivityReceipts, Text: fmt.Sprintf("%s, %s saved as the fixture %s%s", f.Status, f.Channel, f.Name, s.by)})
}

// SavedFixture finds a saved fixture by its name.
func (s *FixtureStore) SavedFixture(ctx context.Context, name string) (storage.SavedFixture, error) {
	f, err := first(ctx, s.reads, scanFixture, `SELECT `+fixtureColumns+` FROM saved_fixtures WHERE name = ?`, name)
	if err != nil {
		return f, fmt.Errorf("find saved fixture %q: %w", name, err)
	}
	return f, nil
}

// SavedFixtures lists the saved fixtures by name.
func (s *FixtureStore) SavedFixtures(ctx context.Context) ([]storage.SavedFixture, error) {
	all, err := collect(ctx, s.reads, scanFixture, `SELECT `+fixtureColumns+` FROM saved_fixtures ORDER BY name`)
	if err != nil {
		return nil, fmt.Errorf("list saved fixtures: %w", err)
	}
	return all, nil
}

// DeleteFixture deletes a saved fixture.
func (s *FixtureStore) DeleteFixture(ctx context.Context, name string) error {
	err := s.write(ctx, storage.ChangedFixtures, func(t *tx) error {
		return t.must(`DELETE FROM saved_fixtures WHERE name = ?`, name)
	})
	if err != nil {
		return fmt.Errorf("delete saved fixture %q: %w", name, err)
	}
	return nil
}

func scanFixture(read scan) (f storage.SavedFixture, err error) {
	var created timestamp
	err = read(&f.Name, &f.Channel, &f.Status, &f.Revision, &f.Payload, &created)
	f.CreatedAt = created.Time
	return f, err
}
