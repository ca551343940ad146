package postgres

import (
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/storage/postgres/pgtest"
	"backchannel/storage/storetest"
)

// The notification of a change does not need a connection of its own, and is sent at the latest when
// the store is closed.
func TestShortCommandNeedsOneConnection(t *testing.T) {
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
		t.Errorf("got %d connections, want 1", n)
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
