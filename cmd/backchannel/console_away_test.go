package main

import (
	"os/exec"
	"testing"

	"backchannel/storage/postgres/pgtest"
)

// A console waits for a database that is away, shows on every screen when it is lost, and continues
// by itself.
func TestAConsoleSurvivesADatabaseThatIsAway(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("backchannel")
	if err != nil {
		t.Fatal(err)
	}
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
	s.see("database away: database", "cannot be reached") // the banner
	s.press("5")
	s.see("database away") // in the header, for which the console has to look in vain first
	if text, err := c.command("doctor").CombinedOutput(); exitOf(err) != exitUnexpected {
		t.Errorf("without a database doctor exits with %v and writes\n%s", err, text)
	}
	start()
	s.see("1 node")
	s.press("1fb")
	s.see("delivered")
	s.press("\x03")
	if code := s.ended(); code != exitDone {
		t.Errorf("it exits %d", code)
	}
}
