package storage

import (
	"slices"
	"time"
)

// A LifeStep is an event in the life of a message.
type LifeStep struct {
	MessageEvent
	// Took is the time from the end of the step before, or from the message's creation, to
	// the end of this one. It is only known if Ended.
	Took time.Duration
}

// Ended reports whether the step is final and its end is known.
func (s LifeStep) Ended() bool { return s.State.Final() && !s.FinishedAt.IsZero() }

// Life returns the events of the message: first those that have ended, in the order in which
// they did, and then those that are still to come, in the order in which they are due.
func (m Message) Life() []LifeStep {
	steps := make([]LifeStep, len(m.Events))
	for i, e := range m.Events {
		steps[i].MessageEvent = e
	}
	slices.SortStableFunc(steps, func(a, b LifeStep) int {
		switch {
		case a.Ended() && b.Ended():
			return a.FinishedAt.Compare(b.FinishedAt)
		case a.Ended():
			return -1
		case b.Ended():
			return 1
		}
		return a.DueAt.Compare(b.DueAt)
	})
	last := m.CreatedAt
	for i := range steps {
		if steps[i].Ended() {
			steps[i].Took = max(0, steps[i].FinishedAt.Sub(last))
			last = steps[i].FinishedAt
		}
	}
	return steps
}
