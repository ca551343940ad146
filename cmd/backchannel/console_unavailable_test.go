package main

import (
	"testing"

	"backchannel/storage/postgres/pgtest"
)

// The console waits for an unreachable database. If it loses the database later, it shows that on every
// screen, and continues by itself.
func TestTheConsoleSurvivesAnUnreachableDatabase(t *testing.T) {
	t.Parallel()
	program := programPath(t)
	server := pgtest.Start(t, pgtest.Options{})
	c := newCluster(t, server.Create(t))
	stop := func() {
		if err := server.Stop("fast"); err != nil {
			t.Fatal(err)
		}
	}
	start := func() {
		if err := server.Start(); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	s := startOnTerminal(t, program, "--database", c.url, "--key-file", c.keyFile)
	s.see("cannot be reached", "--database is right", "waiting for it, stop with Ctrl+C")
	start()
	s.see("1 node")
	stop()
	s.see("database unavailable: database", "cannot be reached") // the banner
	s.press("5")
	s.see("database unavailable") // in the header, once a read has failed
	if text, err := c.command("doctor").CombinedOutput(); exitOf(err) != exitUnexpected {
		t.Errorf("doctor without a database: got %v, want exit code %d; it wrote\n%s", err, exitUnexpected, text)
	}
	start()
	s.see("1 node")
	s.press("1fb")
	s.see("delivered")
	s.press("\x03")
	s.wantExit(exitDone)
}
