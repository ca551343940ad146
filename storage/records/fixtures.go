package records

import (
	"context"
	"fmt"

	"backchannel/storage"
	"backchannel/storage/column"
)

// fixtureColumns are in the order in which they are inserted and scanned.
const fixtureColumns = `name, channel, status, revision, payload, created_at`

// A FixtureStore stores payloads that were saved as fixtures.
type FixtureStore struct{ db *Database }

// SaveFixture stores a payload under a name that is not taken yet.
func (s *FixtureStore) SaveFixture(ctx context.Context, f storage.SavedFixture) error {
	err := f.Validate()
	if err == nil {
		err = s.db.Write(ctx, storage.ChangedFixtures|storage.ChangedActivity, func(t Tx) error {
			f.CreatedAt = t.Stamp()
			return s.insert(t, f)
		})
	}
	return Wrap(err, "save fixture")
}

func (s *FixtureStore) insert(t Tx, f storage.SavedFixture) error {
	_, err := t.Exec(`INSERT INTO saved_fixtures (`+fixtureColumns+`) VALUES (?,?,?,?,?,?)`,
		f.Name, f.Channel, f.Status, f.Revision, f.Payload, column.At(f.CreatedAt))
	if s.db.Violates(err) { // the name, which is the table's only constraint
		return storage.FieldErrors{{Field: "name", Conflict: true, Reason: fmt.Sprintf("%q is taken; use another", f.Name)}}
	}
	if err != nil {
		return err
	}
	return AddActivity(t, storage.Activity{Kind: storage.ActivityReceipts, Text: fmt.Sprintf("%s, %s saved as the fixture %s%s", f.Status, f.Channel, f.Name, s.db.By)})
}

// SavedFixture finds a saved fixture by its name.
func (s *FixtureStore) SavedFixture(ctx context.Context, name string) (storage.SavedFixture, error) {
	f, err := First(ctx, s.db.Reads, scanFixture, `SELECT `+fixtureColumns+` FROM saved_fixtures WHERE name = ?`, name)
	return f, Wrap(err, "find saved fixture %q", name)
}

// SavedFixtures lists the saved fixtures by name.
func (s *FixtureStore) SavedFixtures(ctx context.Context) ([]storage.SavedFixture, error) {
	all, err := Collect(ctx, s.db.Reads, scanFixture, `SELECT `+fixtureColumns+` FROM saved_fixtures ORDER BY name`)
	return all, Wrap(err, "list saved fixtures")
}

// DeleteFixture deletes a saved fixture.
func (s *FixtureStore) DeleteFixture(ctx context.Context, name string) error {
	err := s.db.Write(ctx, storage.ChangedFixtures, func(t Tx) error {
		return must(t, `DELETE FROM saved_fixtures WHERE name = ?`, name)
	})
	return Wrap(err, "delete saved fixture %q", name)
}

func scanFixture(read Scan) (f storage.SavedFixture, err error) {
	var created column.Timestamp
	err = read(&f.Name, &f.Channel, &f.Status, &f.Revision, &f.Payload, &created)
	f.CreatedAt = created.Time
	return f, err
}
