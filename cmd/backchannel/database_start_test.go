package main

import (
	"net/http"
	"testing"

	"backchannel/storage/postgres/pgtest"
)

// A node that is starting waits for the database if it loses the connection, at whatever step.
func TestTheDatabaseIsLostWhileANodeStarts(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t, pgtest.Options{})
	for name, text := range map[string]string{
		"registering the node":         "INSERT INTO nodes VALUES ($1, true",
		"reading the authority":        "SELECT certificate, key FROM authority",
		"connecting River":             "synchronous_commit",
		"starting River":               "river_queue",
		"taking over deliveries":       "INSERT INTO writers",
		"creating the webhook's queue": "webhook_",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCluster(t, server.Create(t))
			proxy := newTrippingProxy(t, server.Address(), text)
			c.url = proxy.through(t, c.url)
			node := c.startNode()
			node.awaitStderr("cannot be reached")
			proxy.reset()
			node.awaitReady()
			c.awaitDelivered(c.enqueue(3))
			if got := node.feedbackStatus(); got == http.StatusServiceUnavailable {
				t.Errorf("the receiver still answers %d", got)
			}
		})
	}
}

// A console that is starting waits as well.
func TestTheDatabaseIsLostWhileAConsoleStarts(t *testing.T) {
	t.Parallel()
	program := programPath(t)
	server := pgtest.Start(t, pgtest.Options{})
	for name, text := range map[string]string{
		"registering the node": "INSERT INTO nodes VALUES ($1, true",
		"connecting River":     "synchronous_commit",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCluster(t, server.Create(t))
			proxy := newTrippingProxy(t, server.Address(), text)
			console := startOnTerminal(t, program, "--database", proxy.through(t, c.url), "--key-file", c.keyFile)
			console.see("cannot be reached")
			proxy.reset()
			console.see("1 node")
			console.press("1fb")
			console.see("delivered")
			console.press("\x03")
			console.wantExit(exitDone)
		})
	}
}
