package engine

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// TestSeveralWorkersAreStuckAtOnce lets three of them fail to commit: the trouble lasts
// until the last one has, and is told of once.
func TestSeveralWorkersAreStuckAtOnce(t *testing.T) {
	var told []string
	w := newWorld(t, nil, func(c *Config) { c.OnStall = func(reason string) { told = append(told, reason) } })
	w.run()
	full := errors.New("disk full")
	for range 3 {
		w.engine.committer.beginStall(full)
	}
	for n := range 3 {
		if !w.engine.committer.stalled() {
			t.Fatalf("the trouble is over with %d workers still waiting", 3-n)
		}
		w.engine.committer.endStall(full, true)
	}
	if w.engine.committer.stalled() {
		t.Error("the trouble lasts with nobody waiting")
	}
	if len(told) != 2 || !strings.Contains(told[0], "disk full") || told[1] != "" {
		t.Errorf("told %q", told)
	}
	if n := len(slices.DeleteFunc(w.store.texts(), func(s string) bool { return !strings.Contains(s, "could not be recorded: disk full") })); n != 1 {
		t.Errorf("Activity tells of it %d times", n)
	}
}
