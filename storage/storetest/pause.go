package storetest

import (
	"testing"

	"backchannel/storage"
)

// A Pauser can pause the writes of its process.
type Pauser interface {
	// PauseWrites blocks the writes of this process until release is called. A second call of
	// release does nothing.
	PauseWrites() (release func())
}

// pauseTests are the tests of Pauser.
func pauseTests() subject {
	return subject{once: tests{"a paused process does not block others": pausedProcess}}
}

// runPause tests that a process can be suspended without blocking others.
func runPause[S interface {
	Base
	Activities
	Pauser
}](t *testing.T, create Create[S]) {
	run(t, create, pauseTests())
}

// pausedProcess pauses one store while another writes. A process suspended during a commit, as with
// ctrl+z, would keep the lock that every other process needs.
func pausedProcess(s *suite) {
	paused, other := s.store, s.open(Options{})
	before, err := other.Activities(s.ctx, 0, 0)
	s.must(err)
	release := paused.PauseWrites()
	stored := make(chan error, 1)
	go func() { stored <- paused.AddActivity(s.ctx, storage.Activity{Text: "paused"}) }()
	s.must(other.AddActivity(s.ctx, storage.Activity{Text: "other"}))
	select {
	case err := <-stored:
		s.Errorf("a write ended while writes were paused: %v", err)
	default:
	}
	release()
	release()
	s.must(<-stored)
	all, err := other.Activities(s.ctx, before[len(before)-1].ID, 0)
	s.must(err)
	if len(all) != 2 || all[0].Text != "other" || all[1].Text != "paused" {
		s.Errorf("got %+v", all)
	}
}
