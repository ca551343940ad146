package river_test

import (
	"context"
	"sync"
	"testing"

	"backchannel/engine/check"
	"backchannel/storage"
)

// serveChecks serves requested checks on a node until the test ends.
func (w *world) serveChecks(n *node) {
	ctx, cancel := context.WithCancel(context.Background())
	var served sync.WaitGroup
	served.Go(func() {
		if err := check.NewServer(n.store, check.Config{}).Run(ctx); err != nil {
			w.Error(err)
		}
	})
	w.Cleanup(func() { cancel(); served.Wait() })
}

func (w *world) requestCheck(o storage.CheckOptions) storage.CheckRun {
	w.Helper()
	run := storage.CheckRun{WebhookID: w.hook.ID, Options: o}
	if err := w.store.RequestCheck(w.Context(), &run); err != nil {
		w.Fatal(err)
	}
	return run
}

func (w *world) awaitCheck(id storage.ID, state storage.CheckState) (run storage.CheckRun) {
	w.Helper()
	w.eventually(func() bool {
		var err error
		if run, err = w.store.CheckRun(w.Context(), id); err != nil {
			w.Fatal(err)
		}
		return run.State == state
	}, func() string { return "the run is " + string(run.State) + ": " + run.Reason })
	return run
}

func TestOnlyOneNodeMakesARequestedCheck(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.serveChecks(w.node())
	w.serveChecks(w.node())
	run := w.requestCheck(storage.CheckOptions{Only: []string{check.Canary}})
	run = w.awaitCheck(run.ID, storage.CheckFinished)
	if n := len(w.endpoint.requests()); n != 1 || run.Requests != 1 {
		t.Errorf("the endpoint got %d requests, and the run counts %d; want 1", n, run.Requests)
	}
}

// A run is lost when its node dies, and only then.
func TestCheckIsLostWithItsNode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := w.fire(1)
	expire := w.takenByDeadNode(ids, 1, func(gone checker) error {
		run := w.requestCheck(storage.CheckOptions{})
		return gone.StartCheck(w.Context(), run.ID, nil)
	})
	runs, err := w.store.OpenChecks(t.Context())
	if err != nil || len(runs) != 1 {
		t.Fatalf("got open checks %+v, %v; want one", runs, err)
	}
	w.node()
	w.await(storage.StateDelivered, w.fire(5)...)
	w.awaitCheck(runs[0].ID, storage.CheckRunning)
	expire()
	w.awaitCheck(runs[0].ID, storage.CheckLost)
	w.await(storage.StateDelivered, ids...)
}

type checker interface {
	StartCheck(ctx context.Context, id storage.ID, cases []storage.CheckCase) error
}
