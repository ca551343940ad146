package main

import (
	"os/exec"
	"testing"
	"time"

	"backchannel/storage/postgres/pgtest"
)

// Two people on two machines see the same: an event that one fires appears for the other.
func TestTwoConsolesShowTheSame(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("backchannel")
	if err != nil {
		t.Fatal(err)
	}
	c := newCluster(t, pgtest.Database(t))
	var screens []*terminalProgram
	for range 2 {
		s := startOnTerminal(t, program, "--database", c.url, "--key-file", c.keyFile)
		s.see("acme")
		screens = append(screens, s)
	}
	c.awaitNodes(2)
	one, other := screens[0], screens[1]
	one.see("2 nodes")
	other.press("3")
	other.see("Nothing was fired yet")
	one.press("fb")
	fired := time.Now()
	other.see("bounce")
	t.Logf("one console showed what the other fired %s after the key", time.Since(fired))
	other.see("delivered")
	for _, s := range screens {
		s.press("\x03")
		if code := s.ended(); code != exitDone {
			t.Errorf("exit code %d", code)
		}
	}
}
