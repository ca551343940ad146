package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"backchannel/storage"
)

// Nodes keeps the nodes, which are the processes that deliver and receive. A store on one machine
// has at most one, the leader.
type Nodes interface {
	nodeReads
	nodeWrites
}

// nodeReads are the methods of Nodes that read.
type nodeReads interface {
	// Runtime returns what the longest-running node saved last, and whether that node is alive.
	Runtime(ctx context.Context) (rt storage.Runtime, alive bool, err error)
	// Nodes returns every node with what it saved last, the longest-running one first. Nodes that
	// are gone may be among them, and are not alive.
	Nodes(ctx context.Context) ([]storage.Node, error)
}

// nodeWrites are the methods of Nodes that write.
type nodeWrites interface {
	// TryLead makes this process a node, if another one is allowed.
	TryLead() (release func(), ok bool, err error)
	// SaveRuntime replaces what this process has published.
	SaveRuntime(ctx context.Context, rt storage.Runtime) error
}

// runNodes tests what a store knows about the processes that use it.
func runNodes[S interface {
	Base
	Nodes
	Checks
	Receipts
}](t *testing.T, create Create[S]) {
	run(t, create, nodesTests())
}

// nodesTests are the tests of Nodes.
func nodesTests() subject {
	return subject{
		bare: true,
		twice: tests{
			"a runtime is read as it was saved": runtime,
			"nodes are listed":                  listed,
		},
		once: tests{
			"a node takes over from one that is gone": takenOver,
			"the work of a live node is left to it":   leftToOthers,
			"each node gets every command":            commandsForEachNode,
			"the counters of each node are listed":    countersListed,
		},
	}
}

// runtime reads back what a process has published. A process is not alive until it has become a
// node.
func runtime(t *suite) {
	s := t.store
	if rt, alive, err := s.Runtime(t.Context()); alive || err != nil || !cmp.Equal(rt, storage.Runtime{}) {
		t.Errorf("Runtime of no node: got %+v, %v, %v", rt, alive, err)
	}
	want := storage.Runtime{PID: 5, ReceiverURL: "https://127.0.0.1:9443", UpdatedAt: time.Unix(5, 0).UTC(), Snapshot: storage.Snapshot{Queued: 3, P99: time.Second}}
	for range 2 {
		t.must(s.SaveRuntime(t.Context(), want))
	}
	release, ok, err := s.TryLead()
	if !ok || err != nil {
		t.Fatal(err)
	}
	rt, alive, err := s.Runtime(t.Context())
	if diff := cmp.Diff(want, rt); !alive || err != nil || diff != "" {
		t.Errorf("got alive %t, %v; (-want, +got): %s", alive, err, diff)
	}
	if _, ok, _ := s.TryLead(); ok {
		t.Error("a second TryLead must not succeed")
	}
	release()
}

// listed tests that a node is alive from TryLead until release.
func listed(t *suite) {
	s := t.store
	if nodes, err := s.Nodes(t.Context()); err != nil || len(nodes) != 0 {
		t.Errorf("got %+v, %v", nodes, err)
	}
	release := t.lead(s)
	want := storage.Runtime{Name: "one", Version: "v1", PID: 5, UpdatedAt: time.Unix(5, 0).UTC(), Snapshot: storage.Snapshot{InFlight: 3}}
	t.must(s.SaveRuntime(t.Context(), want))
	nodes, err := s.Nodes(t.Context())
	if len(nodes) != 1 || err != nil || !nodes[0].Alive || !cmp.Equal(nodes[0].Runtime, want) {
		t.Errorf("got %+v, %v", nodes, err)
	}
	release()
	nodes, err = s.Nodes(t.Context())
	if err != nil || len(storage.Alive(nodes)) != 0 {
		t.Errorf("after the release: got %+v, %v", nodes, err)
	}
}

// lead makes the store's process a node.
func (s *suite) lead(one store) (release func()) {
	s.Helper()
	release, ok, err := one.TryLead()
	if !ok || err != nil {
		s.Fatalf("TryLead: got %t, %v", ok, err)
	}
	return release
}

// twoNodes makes two stores nodes. ok reports whether the database allows more than one node.
func (s *suite) twoNodes() (one, other store, ok bool) {
	s.Helper()
	one, other = s.store, s.open(Options{})
	s.Cleanup(s.lead(one))
	release, ok, err := other.TryLead()
	s.must(err)
	if ok {
		s.Cleanup(release)
	}
	return one, other, ok
}

// startWork lets a store begin what only nodes do: send a delivery, run a check and relay a receipt.
func (s *suite) startWork(one store, w storage.Webhook) (sent storage.Delivery, run storage.CheckRun, relayed storage.Receipt) {
	s.Helper()
	sent = Enqueue(s, one, w)
	s.must(one.MarkSending(s.ctx, []storage.ID{sent.ID}))
	run = storage.CheckRun{WebhookID: w.ID}
	s.must(one.RequestCheck(s.ctx, &run))
	s.must(one.StartCheck(s.ctx, run.ID, []storage.CheckCase{{ID: "a/one"}}))
	relayed = storage.Receipt{ReceivedAt: time.Now(), Forward: storage.Forward{URL: "http://x.test/", State: storage.ForwardWaiting}}
	AddReceipt(s, one, &relayed)
	return sent, run, relayed
}

// takeOver does what a node does when it starts.
func (s *suite) takeOver(one store) {
	s.Helper()
	s.must(one.ResetSending(s.ctx))
	s.must(one.MarkChecksLost(s.ctx, "its node is gone"))
	_, err := one.DropForwards(s.ctx, "its node is gone")
	s.must(err)
}

// wantStates checks the states of what startWork returned, read again by work.
func (s *suite) wantStates(sent storage.State, run storage.CheckState, relayed storage.ForwardState, work func() (storage.Delivery, storage.CheckRun, storage.Receipt)) {
	s.Helper()
	d, r, f := work()
	if d.State != sent || r.State != run || f.Forward.State != relayed {
		s.Errorf("got the delivery %s, the run %s and the relayed receipt %s; want %s, %s, %s", d.State, r.State, f.Forward.State, sent, run, relayed)
	}
}

// reread returns a function that reads what startWork returned again.
func (s *suite) reread(from store, d storage.Delivery, r storage.CheckRun, f storage.Receipt) func() (storage.Delivery, storage.CheckRun, storage.Receipt) {
	return func() (storage.Delivery, storage.CheckRun, storage.Receipt) {
		s.Helper()
		run, err := from.CheckRun(s.ctx, r.ID)
		s.must(err)
		receipt, err := from.Receipt(s.ctx, f.ID)
		s.must(err)
		return Delivery(s, from, d.ID), run, receipt
	}
}

// takenOver tests that the work of a node that is gone is taken over: its delivery is due again, and
// its check and its relayed receipt have ended.
func takenOver(t *suite) {
	w := AddWebhook(t, t.store, "acme")
	gone := t.open(Options{})
	release := t.lead(gone)
	sent, run, relayed := t.startWork(gone, w)
	release()
	t.must(gone.Close())
	t.Cleanup(t.lead(t.store))
	t.takeOver(t.store)
	t.wantStates(storage.Queued, storage.CheckLost, storage.ForwardDropped, t.reread(t.store, sent, run, relayed))
	if jobs := t.due(w, storage.Cursor{}, 100); len(jobs) != 1 || jobs[0].DeliveryID != sent.ID {
		t.Errorf("due: got %+v", jobs)
	}
}

// leftToOthers tests that a node that starts does not touch the work of live nodes. It is skipped
// if the store allows only one node.
func leftToOthers(t *suite) {
	w := AddWebhook(t, t.store, "acme")
	one, other, ok := t.twoNodes()
	if !ok {
		return
	}
	sent, run, relayed := t.startWork(one, w)
	t.takeOver(other)
	t.wantStates(storage.Sending, storage.CheckRunning, storage.ForwardWaiting, t.reread(other, sent, run, relayed))
	t.takeOver(one)
	t.wantStates(storage.Queued, storage.CheckLost, storage.ForwardDropped, t.reread(other, sent, run, relayed))
}

// commandsForEachNode tests that each node gets every command, because any of them may have read the
// delivery. It is skipped if the store allows only one node.
func commandsForEachNode(t *suite) {
	w := AddWebhook(t, t.store, "acme")
	one, other, ok := t.twoNodes()
	if !ok {
		return
	}
	t.must(one.RetryDelivery(t.ctx, Enqueue(t, one, w).ID))
	for _, node := range []store{one, other} {
		all, err := node.Commands(t.ctx, 0)
		if err != nil || len(all) != 1 {
			t.Fatalf("got the commands %+v, %v", all, err)
		}
		t.must(node.DropCommands(t.ctx, all[0].ID))
		if all, err := node.Commands(t.ctx, 0); err != nil || len(all) != 0 {
			t.Errorf("after DropCommands: got the commands %+v, %v", all, err)
		}
	}
}

// countersListed tests that each node lists the counters of all nodes.
func countersListed(t *suite) {
	one, other, ok := t.twoNodes()
	stores := []store{one}
	if ok {
		stores = append(stores, other)
	}
	for i, node := range stores {
		n := int64(i + 1)
		t.must(node.SaveRuntime(t.ctx, storage.Runtime{StartedAt: time.Unix(n, 0), UpdatedAt: time.Unix(9, 0), Snapshot: storage.Snapshot{Queued: 5, InFlight: n, Delivered: 10 * n}}))
	}
	for _, from := range stores {
		nodes, err := from.Nodes(t.ctx)
		t.must(err)
		if len(nodes) != len(stores) {
			t.Errorf("got the nodes %+v, want %d", nodes, len(stores))
		}
		for i, node := range nodes {
			n := int64(i + 1)
			if want := (storage.Snapshot{Queued: 5, InFlight: n, Delivered: 10 * n}); node.Snapshot != want {
				t.Errorf("node %d: got the counters %+v, want %+v", n, node.Snapshot, want)
			}
		}
		if rt, alive, err := from.Runtime(t.ctx); err != nil || !alive || rt.Snapshot.InFlight != 1 {
			t.Errorf("the longest-running node: got %+v, %v", rt, err)
		}
	}
}
