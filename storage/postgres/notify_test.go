package postgres

import (
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/storage/postgres/pgtest"
	"backchannel/storage/storetest"
)

// TestAShortCommandNeedsOneConnection tests that the notification of a change does not get in the way
// of the next query, and that it is sent at the latest when the store is closed.
func TestAShortCommandNeedsOneConnection(t *testing.T) {
	t.Parallel()
	o := Options{URL: pgtest.Copy(t, template), KeyFile: templateKey}
	changes := open(t, o).Changes(t.Context())
	store := open(t, o)
	store.notice.gap = time.Hour
	storetest.AddWebhook(t, store, "acme")
	if _, _, err := store.Runtime(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := store.pool.Stat().NewConnsCount(); n != 1 {
		t.Errorf("opened %d connections", n)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	for change := range changes {
		if change.Has(storage.ChangedWebhooks) && change.Has(storage.ChangedElsewhere) {
			return
		}
	}
}
