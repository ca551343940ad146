package main

import (
	"net/http"
	"os/exec"
	"testing"

	"backchannel/storage/postgres/pgtest"
)

// A node that is starting waits for a database that goes away, at whatever step of the start.
func TestTheDatabaseGoesAwayWhileANodeStarts(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t, pgtest.Options{})
	for name, text := range map[string]string{
		"as it becomes a node":            "INSERT INTO nodes VALUES ($1, true",
		"as it reads the authority":       "SELECT certificate, key FROM authority",
		"as River connects":               "synchronous_commit",
		"as River starts":                 "river_queue",
		"as it takes over deliveries":     "INSERT INTO writers",
		"as it makes its webhook's queue": "webhook_",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCluster(t, server.Create(t))
			s := newWireSwitch(t, server.Address(), text)
			c.url = s.through(t, c.url)
			node := c.begin()
			node.says("cannot be reached")
			s.close()
			node.awaitReady()
			c.awaitDelivered(c.fireSome(3))
			if got := node.answer(); got == http.StatusServiceUnavailable {
				t.Errorf("its receiver answers %d", got)
			}
		})
	}
}

// So does a console.
func TestTheDatabaseGoesAwayWhileAConsoleStarts(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("backchannel")
	if err != nil {
		t.Fatal(err)
	}
	server := pgtest.Start(t, pgtest.Options{})
	for name, text := range map[string]string{
		"as it becomes a node": "INSERT INTO nodes VALUES ($1, true",
		"as River connects":    "synchronous_commit",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCluster(t, server.Create(t))
			s := newWireSwitch(t, server.Address(), text)
			console := startOnTerminal(t, program, "--database", s.through(t, c.url), "--key-file", c.keyFile)
			console.see("cannot be reached")
			s.close()
			console.see("1 node")
			console.press("1fb")
			console.see("delivered")
			console.press("\x03")
			if code := console.ended(); code != exitDone {
				t.Errorf("it exits %d", code)
			}
		})
	}
}
