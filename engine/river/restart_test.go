package river_test

import (
	"sync"
	"testing"

	"backchannel/storage"
	"backchannel/storage/postgres/pgtest"
	"backchannel/storage/storetest"
)

// newWorldOn is newWorld with a server of its own.
func newWorldOn(t *testing.T, server *pgtest.Server) *world {
	t.Helper()
	w := &world{T: t, url: server.URL("postgres"), endpoint: newEndpoint(t)}
	w.store = w.open()
	w.hook = w.webhook("acme")
	return w
}

func TestDeliveriesGoOnAfterTheDatabaseRestarted(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"fast", "immediate"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			server := pgtest.Start(t, pgtest.Options{})
			w := newWorldOn(t, server)
			w.node()
			w.node()
			w.awaitShares(2)
			var ids []storage.ID
			var firing sync.WaitGroup
			firing.Go(func() { ids = w.fireAnyway(300) })
			w.awaitRequests(50)
			if err := server.Stop(mode); err != nil {
				t.Fatal(err)
			}
			if err := server.Start(); err != nil {
				t.Fatal(err)
			}
			firing.Wait()
			w.await(storage.StateDelivered, ids...)
			w.await(storage.StateDelivered, w.fireAnyway(5)...)
			if _, most := w.endpoint.atATime(); most > w.hook.Delivery.Concurrency {
				t.Errorf("there were %d requests at a time", most)
			}
		})
	}
}

// fireAnyway enqueues events one by one, and returns the deliveries of those that were stored.
func (w *world) fireAnyway(n int) (ids []storage.ID) {
	for range n {
		made, err := w.store.Enqueue(w.Context(), storetest.EventFor(w.hook))
		if err == nil {
			ids = append(ids, made[0].ID)
		}
	}
	return ids
}
