package river_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/storage/postgres/pgtest"
	"backchannel/storage/storetest"
)

// newWorldOn returns a world with a database server of its own.
func newWorldOn(t *testing.T, server *pgtest.Server) *world {
	t.Helper()
	w := &world{T: t, url: server.URL("postgres"), endpoint: newEndpoint(t)}
	w.store = w.open()
	w.hook = w.webhook("acme")
	return w
}

func TestDeliveriesContinueAfterTheDatabaseRestarts(t *testing.T) {
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
			if _, most := w.endpoint.concurrency(); most > w.hook.Delivery.Concurrency {
				t.Errorf("got %d concurrent requests, want at most %d", most, w.hook.Delivery.Concurrency)
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

// forgotten makes jobs look as after a crash of the server just after they were taken, because that
// commit does not wait for the disk.
const forgotten = `UPDATE river_job SET state = 'available', attempt = 0, attempted_at = NULL, attempted_by = NULL`

func TestForgottenJobIsNotAttemptedTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.node()
	release := w.endpoint.hold()
	ids := w.fire(1)
	w.awaitRequests(1)
	pgtest.Run(t, w.url, forgotten)
	ids = append(ids, w.fire(1)...) // so that the node takes available jobs
	w.awaitRequests(2)
	release()
	w.await(storage.StateDelivered, ids...)
	if n := len(w.endpoint.requests()); n != 2 {
		t.Errorf("the endpoint got %d requests, want 2", n)
	}
}

// The outcome of an attempt decides what happens to its job, whatever the job's state.
func TestOutcomeIsStoredWhateverTheStateOfItsJob(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]string{
		"forgotten": forgotten + `, scheduled_at = now() + interval '1 minute'`,
		"cancelled": `UPDATE river_job SET state = 'cancelled', finalized_at = now()`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(h *storage.Webhook) { h.Delivery.Retry = []time.Duration{time.Hour} })
			w.node()
			attemptWhile(w, http.StatusServiceUnavailable, storage.Retrying, change)
			w.wantJobs(1, `WHERE state = 'available' AND scheduled_at = (SELECT next_attempt_at FROM deliveries d WHERE d.id = river_job.id)`)
			pgtest.Run(t, w.url, `DELETE FROM river_job`)
			attemptWhile(w, http.StatusNoContent, storage.StateDelivered, change)
			w.wantJobs(0, ``)
		})
	}
}

// attemptWhile makes an attempt that is answered with a status, and runs SQL during it.
func attemptWhile(w *world, status int, ends storage.State, change string) {
	w.Helper()
	before, held := len(w.endpoint.requests()), make(chan struct{})
	w.endpoint.answers(func(rw http.ResponseWriter, _ *http.Request) {
		<-held
		rw.WriteHeader(status)
	})
	id := w.fire(1)[0]
	w.awaitRequests(before + 1)
	pgtest.Run(w, w.url, change)
	close(held)
	w.await(ends, id)
}

// wantJobs checks how many jobs match a condition.
func (w *world) wantJobs(want int, where string) {
	w.Helper()
	var n int
	if err := w.store.Pool().QueryRow(w.Context(), `SELECT count(*) FROM river_job `+where).Scan(&n); err != nil || n != want {
		w.Errorf("got %d jobs %s, %v; want %d", n, where, err, want)
	}
}
