package postgres

import (
	"context"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/storage/postgres/pgtest"
	"backchannel/storage/storetest"
)

// The notification of a change does not need a connection of its own. It is sent at the latest when
// the store is closed, and that of a changed webhook with the commit.
func TestShortCommandNeedsOneConnection(t *testing.T) {
	t.Parallel()
	o := Options{URL: pgtest.Copy(t, template), KeyFile: templateKey}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	changes := open(t, o).Changes(ctx)
	await := func(kind storage.Change) {
		t.Helper()
		for change := range changes {
			if change.Has(kind) && change.Has(storage.ChangedElsewhere) {
				return
			}
		}
		t.Fatalf("got no notification of %b", kind)
	}
	store := open(t, o)
	store.notice.gap = time.Hour
	storetest.AddWebhook(t, store, "acme")
	await(storage.ChangedWebhooks)
	if _, _, err := store.Runtime(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := store.pool.Stat().NewConnsCount(); n != 1 {
		t.Errorf("got %d connections, want 1", n)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	await(storage.ChangedActivity)
}
