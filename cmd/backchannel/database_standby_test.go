package main

import (
	"strings"
	"testing"

	"backchannel/storage/postgres/pgtest"
)

// A synchronous standby takes over from a primary that is lost. Nodes whose URL names both servers
// continue by themselves, and nothing that was acknowledged is lost.
func TestAStandbyTakesOver(t *testing.T) {
	t.Parallel()
	primary := pgtest.Start(t, pgtest.Options{Fsync: true})
	database := primary.Create(t)
	standby := primary.Standby(t)
	url := strings.Replace(overTCP(t, primary, database), primary.Address(), primary.Address()+","+standby.Address(), 1)
	c := newCluster(t, url+"?sslmode=disable&target_session_attrs=read-write")
	if text, _ := c.command("doctor").CombinedOutput(); !strings.Contains(string(text), "a commit is on a standby, too") {
		t.Errorf("doctor: got\n%s\nwant a line about the standby", text)
	}
	nodes := []*nodeProcess{c.readyNode(), c.readyNode()}
	stop := c.keepEnqueueing()
	c.awaitRequests(50)
	if err := primary.Stop("immediate"); err != nil {
		t.Fatal(err)
	}
	for _, node := range nodes {
		node.awaitStderr(primary.Address() + "," + standby.Address() + " cannot be reached: only a standby answers; promote it")
	}
	before := c.awaitRequests(0)
	if err := standby.Promote(); err != nil {
		t.Fatal(err)
	}
	c.awaitRequests(before + 50)
	for _, node := range nodes {
		node.awaitStderr("can be reached again")
	}
	ids := stop()
	c.awaitDelivered(ids)
	all, twice := c.endpoint.requests()
	t.Logf("%d deliveries acknowledged, %d requests, %d sent twice", len(ids), all, twice)
}
