package main

import (
	"testing"
)

// The whole program takes part: the console requests the run, its engine makes it, the built-in
// receiver answers, and no must fails. The groups load and slow are skipped and the rate is high,
// because otherwise the run would take long.
func TestTheConsoleChecksTheReceiver(t *testing.T) {
	t.Parallel()
	s := startOnTerminal(t, "sh", "-c", "backchannel webhook create --name acme --channel email --auth jwt --jwt-secret $(printf %032d 7) && "+
		"backchannel check --webhook acme --only accept/canary --skip load,slow --rate 200/s && exec backchannel")
	s.see("Feedback webhook settings", "acme")
	s.press("K")
	s.see("Endpoint check of acme", "ready", "canary")
	s.press("r")
	s.see("newest of 2 runs", "✓ ready")
	s.press("p")
	s.see("accept")
	s.press("q")
	s.see("Feedback webhook settings")
	s.press("\x03")
	s.see(altScreenOff)
	s.wantExit(exitDone)
}
