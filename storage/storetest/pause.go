package storetest

import (
	"testing"

	"backchannel/storage"
)

// A Pauser can keep its process from writing.
type Pauser interface {
	// PauseWrites keeps this process from writing until release is called. A second call of
	// release does nothing.
	PauseWrites() (release func())
}

// pauseTests are the tests of Pauser.
func pauseTests() subject {
	return subject{alone: tests{"a paused process blocks no other": pausedProcess}}
}

// RunPause tests that a process can be suspended without blocking others.
func RunPause[S interface {
	Base
	Activities
	Pauser
}](t *testing.T, create Create[S]) {
	run(t, create, pauseTests())
}

// pausedProcess pauses one store while another writes. A process that stops during a commit, as
// with ctrl+z, would keep the lock that every other process needs.
func pausedProcess(s *suite) {
	held, other := s.store, s.open(Options{})
	before, err := other.Activities(s.ctx, 0, 0)
	s.must(err)
	release := held.PauseWrites()
	stored := make(chan error, 1)
	go func() { stored <- held.AddActivity(s.ctx, storage.Activity{Text: "held"}) }()
	s.must(other.AddActivity(s.ctx, storage.Activity{Text: "other"}))
	select {
	case err := <-stored:
		s.Errorf("stored while paused: %v", err)
	default:
	}
	release()
	release()
	s.must(<-stored)
	all, err := other.Activities(s.ctx, before[len(before)-1].ID, 0)
	s.must(err)
	if len(all) != 2 || all[0].Text != "other" || all[1].Text != "held" {
		s.Errorf("%+v", all)
	}
}
