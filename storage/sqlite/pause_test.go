package sqlite

import (
	"testing"

	"backchannel/storage"
)

func TestPausedProcessBlocksNoOther(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	held, other := openTest(t, dir), openTest(t, dir)
	release := held.PauseWrites()
	kept := make(chan error, 1)
	go func() { kept <- held.AddActivity(t.Context(), storage.Activity{Text: "held"}) }()
	until(t, "the operation", func() bool { return len(held.writer.queue.Waiting) == 1 })
	if err := other.AddActivity(t.Context(), storage.Activity{Text: "other"}); err != nil {
		t.Fatal(err)
	}
	release()
	release()
	if err := <-kept; err != nil {
		t.Fatal(err)
	}
	all, err := other.Activities(t.Context(), 0, 0)
	if err != nil || len(all) != 2 || all[0].Text != "other" || all[1].Text != "held" {
		t.Errorf("got %+v, %v", all, err)
	}
}

func TestPausingAClosedStoreReturnsAtOnce(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s.PauseWrites()()
}
