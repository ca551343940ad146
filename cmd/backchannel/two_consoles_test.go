package main

import (
	"testing"
	"time"

	"backchannel/storage/postgres/pgtest"
)

// Two consoles on one database show the same: an event that is fired in one appears in the other.
func TestTwoConsolesShowTheSame(t *testing.T) {
	t.Parallel()
	program := programPath(t)
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
	firedAt := time.Now()
	other.see("bounce")
	t.Logf("the other console showed the event %s after the key was pressed", time.Since(firedAt))
	other.see("delivered")
	for _, s := range screens {
		s.press("\x03")
		s.wantExit(exitDone)
	}
}
