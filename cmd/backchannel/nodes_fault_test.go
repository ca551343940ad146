package main

import (
	"syscall"
	"testing"
	"time"

	"backchannel/storage/postgres/pgtest"
)

// outage is how long a node is suspended or cut off: longer than the 5 s after which the others
// consider it dead.
const outage = 12 * time.Second

// The other nodes send again what a killed node had in flight, and nothing else.
func TestNodesAreKilledUnderLoad(t *testing.T) {
	t.Parallel()
	c := newCluster(t, pgtest.Database(t))
	nodes := []*nodeProcess{c.readyNode(), c.readyNode()}
	c.awaitNodes(2)
	acknowledged := 0
	var slowest time.Duration
	for i := range *kills {
		stop := c.keepEnqueueing()
		before, _ := c.endpoint.requests()
		c.awaitRequests(before + 50)
		nodes[i%2].kill()
		killedAt := time.Now()
		ids := stop()
		c.awaitEnded()
		slowest = max(slowest, time.Since(killedAt))
		c.checkDelivered(ids)
		acknowledged += len(ids)
		nodes[i%2] = c.readyNode()
	}
	_, twice := c.endpoint.requests()
	t.Logf("%d kills, %d deliveries acknowledged, %d sent twice", *kills, acknowledged, twice)
	checkWithin(t, 10*time.Second, slowest, "what a killed node had in flight was sent again")
	if limit := *kills * c.hook.Delivery.Concurrency; twice > limit {
		t.Errorf("%d deliveries were sent twice, want at most %d", twice, limit)
	}
}

// A node that was suspended for a while, like a laptop, finds that others have taken its jobs.
func TestANodeIsSuspended(t *testing.T) {
	t.Parallel()
	c := newCluster(t, pgtest.Database(t))
	suspended, other := c.readyNode(), c.readyNode()
	c.awaitNodes(2)
	c.checkNodesAreReported(suspended, other)
	stop := c.keepEnqueueing()
	c.eventually("requests", func() bool { all, _ := c.endpoint.requests(); return all > 50 })
	if err := suspended.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	resume := time.After(outage)
	ids := stop()
	c.awaitNodes(1)
	c.awaitEnded()
	<-resume
	if err := suspended.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	c.awaitNodes(2)
	other.kill()
	more := c.enqueue(20)
	c.awaitDelivered(append(ids, more...)) // by the node that was suspended
	_, twice := c.endpoint.requests()
	t.Logf("%d deliveries acknowledged, %d sent twice", len(ids)+len(more), twice)
	if twice > c.hook.Delivery.Concurrency {
		t.Errorf("%d deliveries were sent twice, want at most %d", twice, c.hook.Delivery.Concurrency)
	}
}
