package main

import (
	"sync"
	"syscall"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/storage/postgres/pgtest"
)

// outage is how long a node is suspended or cut off: longer than the 5 s after which the others
// take a node for dead.
const outage = 12 * time.Second

// The other nodes send again what a killed node had in flight, and nothing else.
func TestNodesAreKilledUnderLoad(t *testing.T) {
	t.Parallel()
	c := newCluster(t, pgtest.Database(t))
	nodes := []*memberProcess{c.node(), c.node()}
	c.awaitNodes(2)
	all := 0
	var slowest time.Duration
	for i := range *kills {
		stop := make(chan struct{})
		var ids []storage.ID
		var firing sync.WaitGroup
		firing.Go(func() { ids = c.fire(stop) })
		before, _ := c.endpoint.requests()
		c.awaitRequests(before + 50)
		nodes[i%2].kill()
		killed := time.Now()
		close(stop)
		firing.Wait()
		c.awaitEnded()
		slowest = max(slowest, time.Since(killed))
		c.checkDelivered(ids)
		all += len(ids)
		nodes[i%2] = c.node()
	}
	_, twice := c.endpoint.requests()
	t.Logf("%d kills, %d deliveries acknowledged, %d sent twice", *kills, all, twice)
	checkWithin(t, 10*time.Second, slowest, "what a killed node had in flight was sent again")
	if most := *kills * c.hook.Delivery.Concurrency; twice > most {
		t.Errorf("%d were sent twice, want at most %d", twice, most)
	}
}

// A node that was suspended for a while, like a laptop, finds that others have taken its jobs.
func TestANodeIsSuspended(t *testing.T) {
	t.Parallel()
	c := newCluster(t, pgtest.Database(t))
	stopped, other := c.node(), c.node()
	c.awaitNodes(2)
	c.checkNodesAreReported(stopped, other)
	stop := make(chan struct{})
	var ids []storage.ID
	var firing sync.WaitGroup
	firing.Go(func() { ids = c.fire(stop) })
	c.eventually("requests", func() bool { all, _ := c.endpoint.requests(); return all > 50 })
	if err := stopped.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	resume := time.After(outage)
	close(stop)
	firing.Wait()
	c.awaitNodes(1)
	c.awaitEnded()
	<-resume
	if err := stopped.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	c.awaitNodes(2)
	other.kill()
	made := c.fireSome(20)
	c.awaitDelivered(append(ids, made...)) // by the one that was stopped
	_, twice := c.endpoint.requests()
	t.Logf("%d deliveries acknowledged, %d sent twice", len(ids)+len(made), twice)
	if twice > c.hook.Delivery.Concurrency {
		t.Errorf("%d were sent twice, want at most %d", twice, c.hook.Delivery.Concurrency)
	}
}
