package river_test

import (
	"sync"
	"testing"

	"backchannel/storage"
)

// wantOnce checks that the endpoint got each delivery exactly once.
func (w *world) wantOnce(ids []storage.ID) {
	w.Helper()
	got := map[string]int{}
	for _, r := range w.endpoint.requests() {
		got[r.delivery]++
	}
	for _, id := range ids {
		if got[id.String()] != 1 {
			w.Errorf("delivery %s was sent %d times, want once", id, got[id.String()])
		}
	}
}

// A job that its node keeps is taken in the transaction that inserts it.
func TestNodeAttemptsAtOnceWhatItEnqueues(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	w.awaitShares(1)
	release := w.endpoint.hold()
	var ids []storage.ID
	kept := 0
	w.eventually(func() bool {
		ids = append(ids, w.fireThrough(n.store, 1)...) // it is not kept while the node is fetching others
		err := w.store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM river_job WHERE attempted_at = created_at`).Scan(&kept)
		if err != nil {
			t.Fatal(err)
		}
		return kept > 0
	}, func() string { return "no job was taken when it was inserted" })
	release()
	w.await(storage.StateDelivered, ids...)
	w.wantOnce(ids)
}

func TestJobsThatNodesKeepCountTowardsTheConcurrency(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withConcurrency(3))
	nodes := []*node{w.node(), w.node()}
	w.awaitShares(2)
	ids := make([][]storage.ID, len(nodes))
	var firing sync.WaitGroup
	for i, n := range nodes {
		firing.Go(func() {
			for range 20 {
				ids[i] = append(ids[i], w.fireThrough(n.store, 4)...)
			}
		})
	}
	firing.Wait()
	for i := range nodes {
		w.await(storage.StateDelivered, ids[i]...)
		w.wantOnce(ids[i])
	}
	if _, most := w.endpoint.concurrency(); most > 3 {
		t.Errorf("got %d concurrent requests, want at most 3", most)
	}
}

// A node that hears of a pause keeps no more jobs, and those of the webhook wait.
func TestNodeKeepsNoJobsOfAPausedWebhook(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	w.awaitShares(1)
	paused := w.pause(n.store, 5)
	ids := w.fireThrough(n.store, 5)
	w.hook, _ = w.store.WebhookByName(t.Context(), "other")
	w.await(storage.StateDelivered, w.fireThrough(n.store, 5)...)
	if got := len(w.endpoint.requests()); got != 10 {
		t.Errorf("got %d requests of a paused webhook", got-10)
	}
	if err := n.store.SetWebhookState(t.Context(), paused.ID, storage.Active, ""); err != nil {
		t.Fatal(err)
	}
	w.await(storage.StateDelivered, ids...)
	w.wantOnce(ids)
}
