package river_test

import (
	"net/http"
	"testing"
	"time"

	"backchannel/engine"
	"backchannel/engine/river"
	"backchannel/storage"
	"backchannel/storage/postgres"
)

// skewed starts a node on a machine whose clock is wrong by a duration.
func (w *world) skewed(by time.Duration) *node {
	w.Helper()
	o, jobs := options(w.url), river.NewJobs()
	o.Jobs, o.ServerTime, o.Now = jobs, true, func() time.Time { return time.Now().Add(by) }
	store, err := postgres.Open(w.Context(), o)
	if err != nil {
		w.Fatal(err)
	}
	e, err := river.New(store, jobs, engine.Config{Now: store.Now, Jitter: func() float64 { return 0.5 }})
	if err != nil {
		w.Fatal(err)
	}
	n := &node{Engine: e, store: store}
	n.stop = w.run(n)
	return n
}

// Nodes whose clocks are wrong by an hour deliver together with one whose clock is right: what any
// of them enqueues is attempted at once, and each retry is made when it is due, by whichever node.
func TestNodesWithWrongClocks(t *testing.T) {
	t.Parallel()
	const pause = 300 * time.Millisecond
	w := newWorld(t, func(h *storage.Webhook) { h.Delivery.Retry = []time.Duration{pause, pause} })
	nodes := []*node{w.skewed(time.Hour), w.skewed(-time.Hour), w.skewed(0)}
	w.awaitShares(len(nodes))
	w.endpoint.answers(func(rw http.ResponseWriter, r *http.Request) {
		rw.WriteHeader(map[bool]int{true: http.StatusServiceUnavailable, false: http.StatusNoContent}[r.Header.Get("Backchannel-Attempt") != "3"])
	})
	var ids []storage.ID
	for _, n := range nodes {
		ids = append(ids, w.fireThrough(n.store, 1)...)
	}
	w.await(storage.StateDelivered, ids...)
	last := map[string]time.Time{}
	for _, r := range w.endpoint.requests() {
		if before, again := last[r.delivery]; again && r.at.Sub(before) < pause*8/10 {
			t.Errorf("attempt %s came %s after the previous one, want %s", r.attempt, r.at.Sub(before), pause)
		}
		last[r.delivery] = r.at
	}
	if n := len(w.endpoint.requests()); n != 3*len(ids) {
		t.Errorf("got %d requests, want %d", n, 3*len(ids))
	}
	if living, err := w.store.Living(t.Context()); err != nil || len(living) != len(nodes) {
		t.Errorf("got %d nodes alive, %v; want %d", len(living), err, len(nodes))
	}
}
