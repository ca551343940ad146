package river_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"backchannel/storage"
	"backchannel/storage/postgres"
	"backchannel/storage/postgres/pgtest"
	"backchannel/storage/storetest"
)

// takenByDeadNode makes a node take deliveries and then stop without a trace, having marked the first
// ones. It returns a function that lets the node's last heartbeat expire.
func (w *world) takenByDeadNode(ids []storage.ID, marked int, also ...func(checker) error) (expire func()) {
	w.Helper()
	gone, err := postgres.Open(w.Context(), options(w.url))
	if err != nil {
		w.Fatal(err)
	}
	if _, _, err := gone.TryLead(); err != nil {
		w.Fatal(err)
	}
	taken, err := riverpgxv5.New(gone.Pool()).GetExecutor().JobGetAvailable(w.Context(), &riverdriver.JobGetAvailableParams{
		ClientID: "node_" + strconv.FormatInt(gone.Node(), 10), MaxToLock: len(ids), MaxAttemptedBy: 1, Queue: "webhook_" + strconv.FormatInt(int64(w.hook.ID), 10),
	})
	if err != nil || len(taken.Jobs) != len(ids) {
		w.Fatalf("the node took %d jobs, %v; want %d", len(taken.Jobs), err, len(ids))
	}
	if err := gone.MarkSending(w.Context(), ids[:marked]); err != nil {
		w.Fatal(err)
	}
	for _, do := range also {
		if err := do(gone); err != nil {
			w.Fatal(err)
		}
	}
	return func() {
		if err := gone.Close(); err != nil {
			w.Error(err)
		}
		pgtest.Run(w, w.url, `UPDATE nodes SET heard_at = heard_at - interval '1 minute' WHERE id = `+strconv.FormatInt(gone.Node(), 10))
	}
}

func TestDeliveriesOfADeadNodeAreSentAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := w.fire(5)
	expire := w.takenByDeadNode(ids, 2)
	w.node()
	w.node()
	w.await(storage.StateDelivered, w.fire(20)...)
	if n := len(w.endpoint.requests()); n != 20 {
		t.Errorf("got %d requests for jobs of a node that is not yet dead", n-20)
	}
	expire()
	w.await(storage.StateDelivered, ids...)
	if n := len(w.endpoint.requests()); n != 25 {
		t.Errorf("the endpoint got %d requests, want 25", n)
	}
	for _, id := range ids {
		if d := w.delivery(id); d.Attempts != 1 {
			t.Errorf("delivery %s: got %d attempts, want 1", id, d.Attempts)
		}
	}
}

// A node that shuts down finishes its attempts in flight, and the others take over its share of the
// rest.
func TestOthersTakeOverWhenANodeLeaves(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	leaves := w.node()
	w.node()
	w.awaitShares(2)
	ids := w.fire(400)
	w.awaitRequests(50)
	leaves.stop()
	w.await(storage.StateDelivered, ids...)
	if n := len(w.endpoint.requests()); n != 400 {
		t.Errorf("the endpoint got %d requests, want 400", n)
	}
	w.awaitShares(1)
}

// Deliveries that fall due while no node runs are sent by the next node that starts.
func TestDueDeliveriesAreSentAfterAStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := w.fire(30)
	w.node()
	w.await(storage.StateDelivered, ids...)
	w.await(storage.StateDelivered, w.fire(3)...)
}

func TestOverdueEventsOfAMessageAreSentInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sequence := storetest.NewSequence(t, 40)
	w.endpoint.Config.Handler = sequence
	then := time.Now().Add(-time.Minute)
	o := options(w.url)
	o.Now = func() time.Time { return then }
	past, err := postgres.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	sequence.Plan(past, w.hook, then)
	if err := past.Close(); err != nil {
		t.Fatal(err)
	}
	w.node()
	w.node()
	w.eventually(sequence.Complete, sequence.Progress)
	sequence.Check()
}
