package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"backchannel/storage"
)

// Nodes are the processes that deliver and receive. A store on one machine has at most one,
// the leader.
type Nodes interface {
	nodeReads
	nodeWrites
}

type nodeReads interface {
	// Runtime returns what the node saved last that has been running for longest, and whether
	// there is one now.
	Runtime(ctx context.Context) (rt storage.Runtime, alive bool, err error)
}

type nodeWrites interface {
	// TryLead makes this process a node that delivers and receives, if another one is allowed.
	TryLead() (release func(), ok bool, err error)
	SaveRuntime(ctx context.Context, rt storage.Runtime) error
}

// RunNodes tests what a store knows of the processes that use it.
func RunNodes[S interface {
	Core
	Nodes
}](t *testing.T, create Create[S]) {
	run(t, create, nodesTests())
}

func nodesTests() subject {
	return subject{
		bare: true,
		both: tests{
			"a runtime is read as it was saved": runtime,
		},
	}
}

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
