package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"backchannel/storage"
)

// Nodes keeps which processes deliver and receive. A store on one machine has at most one, the
// leader.
type Nodes interface {
	nodeReads
	nodeWrites
}

// nodeReads are the methods of Nodes that read.
type nodeReads interface {
	// Runtime returns what the node saved last that has been running for longest, and whether
	// there is one now.
	Runtime(ctx context.Context) (rt storage.Runtime, alive bool, err error)
	// Nodes returns every node with what it saved last, the one that has been running for longest
	// first. A node that is gone may be among them, and is not alive.
	Nodes(ctx context.Context) ([]storage.Node, error)
}

// nodeWrites are the methods of Nodes that write.
type nodeWrites interface {
	// TryLead makes this process a node that delivers and receives, if another one is allowed.
	TryLead() (release func(), ok bool, err error)
	// SaveRuntime replaces what this process has published.
	SaveRuntime(ctx context.Context, rt storage.Runtime) error
}

// RunNodes tests what a store knows of the processes that use it.
func RunNodes[S interface {
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
		both: tests{
			"a runtime is read as it was saved": runtime,
			"nodes are listed":                  listed,
		},
		alone: tests{
			"a node takes over from one that is gone":      takenOver,
			"what another node works on is left to it":     leftAlone,
			"a command is there for each node":             commandForEach,
			"the counts of several nodes can be summed up": summed,
		},
	}
}

// runtime reads back what a process has published. A process that has not become a node is not
// alive.
func runtime(t *suite) {
	s := t.store
	if rt, alive, err := s.Runtime(t.Context()); alive || err != nil || !cmp.Equal(rt, storage.Runtime{}) {
		t.Errorf("%+v %v %v", rt, alive, err)
	}
	want := storage.Runtime{PID: 5, ReceiverURL: "https://127.0.0.1:9443", UpdatedAt: time.Unix(5, 0).UTC(), Snapshot: storage.Snapshot{Queued: 3, P99: time.Second}}
	for range 2 {
		if err := s.SaveRuntime(t.Context(), want); err != nil {
			t.Fatal(err)
		}
	}
	release, ok, err := s.TryLead()
	if !ok || err != nil {
		t.Fatal(err)
	}
	rt, alive, err := s.Runtime(t.Context())
	if diff := cmp.Diff(want, rt); !alive || err != nil || diff != "" {
		t.Errorf("%v %v %s", alive, err, diff)
	}
	if _, ok, _ := s.TryLead(); ok {
		t.Error("led twice")
	}
	release()
}

// listed tests that a node is alive from TryLead until release.
func listed(t *suite) {
	s := t.store
	if nodes, err := s.Nodes(t.Context()); err != nil || len(nodes) != 0 {
		t.Errorf("%+v %v", nodes, err)
	}
	release := t.lead(s)
	want := storage.Runtime{Name: "one", Version: "v1", PID: 5, UpdatedAt: time.Unix(5, 0).UTC(), Snapshot: storage.Snapshot{InFlight: 3}}
	t.must(s.SaveRuntime(t.Context(), want))
	nodes, err := s.Nodes(t.Context())
	if len(nodes) != 1 || err != nil || !nodes[0].Alive || !cmp.Equal(nodes[0].Runtime, want) {
		t.Errorf("%+v %v", nodes, err)
	}
	release()
	nodes, err = s.Nodes(t.Context())
	if err != nil || len(storage.Alive(nodes)) != 0 {
		t.Errorf("released: %+v %v", nodes, err)
	}
}

// lead makes a store a node.
func (s *suite) lead(one store) (release func()) {
	s.Helper()
	release, ok, err := one.TryLead()
	if !ok || err != nil {
		s.Fatalf("it does not lead: %v", err)
	}
	return release
}

// several makes two stores nodes, and reports whether the store allows that.
func (s *suite) several() (one, other store, ok bool) {
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

// work has a store begin what only a node does: send a delivery, run a check and relay a receipt.
func (s *suite) work(one store, w storage.Webhook) (sent storage.Delivery, run storage.CheckRun, relayed storage.Receipt) {
	s.Helper()
	sent = enqueue(s, one, w)
	s.must(one.MarkSending(s.ctx, []storage.ID{sent.ID}))
	run = storage.CheckRun{WebhookID: w.ID}
	s.must(one.AskCheck(s.ctx, &run))
	s.must(one.StartCheck(s.ctx, run.ID, []storage.CheckCase{{ID: "a/one"}}))
	relayed = storage.Receipt{ReceivedAt: time.Now(), Forward: storage.Forward{URL: "http://x.test/", State: storage.ForwardWaiting}}
	addReceipt(s, one, &relayed)
	return sent, run, relayed
}

// takeOver does what a node does at its start.
func (s *suite) takeOver(one store) {
	s.Helper()
	s.must(one.ResetSending(s.ctx))
	s.must(one.MarkChecksLost(s.ctx, "its node is gone"))
	_, err := one.DropForwards(s.ctx, "its node is gone")
	s.must(err)
}

// wantStates checks what became of the work of another node.
func (s *suite) wantStates(sent storage.State, run storage.CheckState, relayed storage.ForwardState, work func() (storage.Delivery, storage.CheckRun, storage.Receipt)) {
	s.Helper()
	d, r, f := work()
	if d.State != sent || r.State != run || f.Forward.State != relayed {
		s.Errorf("the delivery is %s, the run %s, the relayed receipt %s; want %s, %s, %s", d.State, r.State, f.Forward.State, sent, run, relayed)
	}
}

// reread reads work again.
func (s *suite) reread(from store, d storage.Delivery, r storage.CheckRun, f storage.Receipt) func() (storage.Delivery, storage.CheckRun, storage.Receipt) {
	return func() (storage.Delivery, storage.CheckRun, storage.Receipt) {
		s.Helper()
		run, err := from.CheckRun(s.ctx, r.ID)
		s.must(err)
		receipt, err := from.Receipt(s.ctx, f.ID)
		s.must(err)
		return delivery(s, from, d.ID), run, receipt
	}
}

// takenOver tests that the work of a node that is gone is not lost: its delivery is due again,
// its check and its relayed receipt have ended.
func takenOver(t *suite) {
	w := addWebhook(t, t.store, "acme")
	gone := t.open(Options{})
	release := t.lead(gone)
	sent, run, relayed := t.work(gone, w)
	release()
	t.must(gone.Close())
	t.Cleanup(t.lead(t.store))
	t.takeOver(t.store)
	t.wantStates(storage.Queued, storage.CheckLost, storage.ForwardDropped, t.reread(t.store, sent, run, relayed))
	if jobs := t.due(w, storage.Cursor{}, 100); len(jobs) != 1 || jobs[0].DeliveryID != sent.ID {
		t.Errorf("due are %+v", jobs)
	}
}

// leftAlone tests that a node that starts leaves the work of those that are alive to them. It
// tests nothing if the store allows one node only: the one that takes over is then the only one.
func leftAlone(t *suite) {
	w := addWebhook(t, t.store, "acme")
	one, other, ok := t.several()
	if !ok {
		return
	}
	sent, run, relayed := t.work(one, w)
	t.takeOver(other)
	t.wantStates(storage.Sending, storage.CheckRunning, storage.ForwardWaiting, t.reread(other, sent, run, relayed))
	t.takeOver(one)
	t.wantStates(storage.Queued, storage.CheckLost, storage.ForwardDropped, t.reread(other, sent, run, relayed))
}

// commandForEach tests that each node gets every command, since any of them may hold the
// delivery. It tests nothing if the store allows one node only.
func commandForEach(t *suite) {
	w := addWebhook(t, t.store, "acme")
	one, other, ok := t.several()
	if !ok {
		return
	}
	t.must(one.RetryDelivery(t.ctx, enqueue(t, one, w).ID))
	for _, node := range []store{one, other} {
		all, err := node.Commands(t.ctx, 0)
		if err != nil || len(all) != 1 {
			t.Fatalf("commands are %+v, %v", all, err)
		}
		t.must(node.DropCommands(t.ctx, all[0].ID))
		if all, err := node.Commands(t.ctx, 0); err != nil || len(all) != 0 {
			t.Errorf("after they were dropped they are %+v, %v", all, err)
		}
	}
}

// summed tests that each node's counters are listed, whichever node lists them.
func summed(t *suite) {
	one, other, ok := t.several()
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
			t.Errorf("%+v are listed, want %d", nodes, len(stores))
		}
		for i, node := range nodes {
			n := int64(i + 1)
			if want := (storage.Snapshot{Queued: 5, InFlight: n, Delivered: 10 * n}); node.Snapshot != want {
				t.Errorf("node %d counted %+v, want %+v", n, node.Snapshot, want)
			}
		}
		if rt, alive, err := from.Runtime(t.ctx); err != nil || !alive || rt.Snapshot.InFlight != 1 {
			t.Errorf("the one that runs for longest is %+v, %v", rt, err)
		}
	}
}
