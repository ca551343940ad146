package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"backchannel/storage/postgres/pgtest"
)

// Restarting a database under load loses nothing that was acknowledged. Nodes report that the database
// cannot be reached, reject what they cannot store, and continue by themselves, as do processes that
// are started meanwhile.
func TestTheDatabaseIsRestartedUnderLoad(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"fast", "immediate"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			server := pgtest.Start(t, pgtest.Options{})
			c := newCluster(t, server.Create(t))
			node := c.readyNode()
			stop := c.keepEnqueueing()
			c.awaitRequests(50)
			if err := server.Stop(mode); err != nil {
				t.Fatal(err)
			}
			node.awaitStderr("cannot be reached")
			if got := node.feedbackStatus(); got != http.StatusServiceUnavailable {
				t.Errorf("the receiver of a node without its database: got status %d, want %d", got, http.StatusServiceUnavailable)
			}
			late := c.startNode()
			late.awaitStderr("waiting for it")
			c.checkFireFails()
			before := c.awaitRequests(0)
			if err := server.Start(); err != nil {
				t.Fatal(err)
			}
			acceptingAt := time.Now()
			c.awaitRequests(before + 1)
			checkWithin(t, 3*time.Second, time.Since(acceptingAt), "deliveries continued")
			node.awaitStderr("can be reached again")
			late.awaitReady()
			late.awaitStderr("the database can be reached")
			ids := stop()
			c.awaitDelivered(ids)
			if got := node.feedbackStatus(); got == http.StatusServiceUnavailable {
				t.Errorf("the receiver of a node whose database is back still answers %d", got)
			}
			all, twice := c.endpoint.requests()
			t.Logf("%d deliveries acknowledged, %d requests, %d sent twice", len(ids), all, twice)
		})
	}
}

// awaitRequests waits until the endpoint has had n requests, and returns how many it has had.
func (c *cluster) awaitRequests(n int) (all int) {
	c.Helper()
	c.eventually("requests", func() bool {
		all, _ = c.endpoint.requests()
		return all >= n
	})
	return all
}

// checkFireFails checks that a command does not wait for an unreachable database.
func (c *cluster) checkFireFails() {
	c.Helper()
	start := time.Now()
	text, err := c.command("fire", "bounce", "--webhook", "acme").CombinedOutput()
	c.Logf("fire ended after %s", time.Since(start))
	if code := exitOf(err); code != 1 || strings.Count(string(text), "\n") != 1 || !strings.Contains(string(text), "cannot be reached") {
		c.Errorf("fire without a database: got exit code %d and\n%s\nwant 1 and one line that says that it cannot be reached", code, text)
	}
}
