package storetest

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"backchannel/storage"
)

// Fixtures keeps the payloads that users have saved under a name.
type Fixtures interface {
	fixtureReads
	fixtureWrites
}

// fixtureReads are the methods of Fixtures that read.
type fixtureReads interface {
	SavedFixtures(ctx context.Context) ([]storage.SavedFixture, error)
	SavedFixture(ctx context.Context, name string) (storage.SavedFixture, error)
}

// fixtureWrites are the methods of Fixtures that write.
type fixtureWrites interface {
	// SaveFixture never overwrites: a name that is taken is a conflict.
	SaveFixture(ctx context.Context, f storage.SavedFixture) error
	DeleteFixture(ctx context.Context, name string) error
}

// runFixtures tests how a store keeps saved fixtures.
func runFixtures[S interface {
	Base
	Fixtures
}](t *testing.T, create Create[S]) {
	run(t, create, fixturesTests())
}

// fixturesTests are the tests of Fixtures.
func fixturesTests() subject {
	return subject{
		bare: true,
		twice: tests{
			"a fixture is read as it was saved": fixtures,
		},
	}
}

// fixtures saves a fixture, reads it and deletes it.
func fixtures(t *suite) {
	s := t.store
	f := storage.SavedFixture{Name: "mine", Channel: storage.Email, Status: storage.StatusBounce, Revision: storage.Classic, Payload: []byte("{}")}
	t.must(s.SaveFixture(t.Context(), f))
	err := s.SaveFixture(t.Context(), f)
	if wantFields(t, err, "name"); !errors.Is(err, storage.ErrConflict) {
		t.Errorf("got %v", err)
	}
	wantFields(t, s.SaveFixture(t.Context(), storage.SavedFixture{}), "name", "channel", "status", "revision", "payload")
	got, err := s.SavedFixture(t.Context(), "mine")
	if got.CreatedAt.IsZero() || err != nil {
		t.Errorf("got %+v, %v", got, err)
	}
	f.CreatedAt = got.CreatedAt
	all, err := s.SavedFixtures(t.Context())
	if diff := cmp.Diff([]storage.SavedFixture{f}, all); err != nil || diff != "" {
		t.Errorf("got error %v; (-want +got):\n%s", err, diff)
	}
	if err := s.DeleteFixture(t.Context(), "mine"); err != nil {
		t.Error(err)
	}
	_, found := s.SavedFixture(t.Context(), "mine")
	for _, err := range []error{found, s.DeleteFixture(t.Context(), "mine")} {
		if !errors.Is(err, storage.ErrNotFound) {
			t.Errorf("got %v", err)
		}
	}
}
