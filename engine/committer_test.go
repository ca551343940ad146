package engine

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// Three workers cannot commit. The stall lasts until the last of them has, and is reported once.
func TestStallLastsUntilTheLastWorkerCommits(t *testing.T) {
	w, reasons, resumed := stalling(t)
	full := errors.New("disk full")
	for range 3 {
		w.engine.committer.beginStall(full)
	}
	for n := range 3 {
		if !w.engine.committer.stalled() {
			t.Fatalf("the stall is over while %d workers still wait", 3-n)
		}
		if *resumed != 0 {
			t.Errorf("the dispatchers continue while %d workers still wait", 3-n)
		}
		w.engine.committer.endStall(full, true)
	}
	if w.engine.committer.stalled() {
		t.Error("the stall lasts, but no worker waits any more")
	}
	if len(*reasons) != 2 || !strings.Contains((*reasons)[0], "disk full") || (*reasons)[1] != "" || *resumed != 1 {
		t.Errorf("got reports %q, resumed %d times", *reasons, *resumed)
	}
	if n := w.countTexts("could not be recorded: disk full"); n != 1 {
		t.Errorf("got %d activities that report the stall, want 1", n)
	}
}

// When the engine ends during a stall, nothing continues.
func TestStallAtTheEngineEndIsNotReportedAsOver(t *testing.T) {
	w, reasons, resumed := stalling(t)
	full := errors.New("disk full")
	w.engine.committer.beginStall(full)
	w.engine.committer.endStall(full, false)
	if len(*reasons) != 1 || *resumed != 0 || w.countTexts("could not be recorded") != 0 {
		t.Errorf("got reports %q, resumed %d times", *reasons, *resumed)
	}
}

// stalling returns a world, the reasons for stalls that it reports, and how often its dispatchers were
// woken after one.
func stalling(t *testing.T) (w *world, reasons *[]string, resumed *int) {
	reasons, resumed = new([]string), new(int)
	w = newWorld(t, nil, func(c *Config) { c.OnStall = func(reason string) { *reasons = append(*reasons, reason) } })
	wake := w.engine.committer.resume
	w.engine.committer.resume = func() { *resumed++; wake() }
	w.run()
	return w, reasons, resumed
}

// countTexts counts the activities that contain text.
func (w *world) countTexts(text string) int {
	return len(slices.DeleteFunc(activityTexts(w.store), func(s string) bool { return !strings.Contains(s, text) }))
}
