package engine

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"backchannel/storage"
)

// shortages reports a shortage of resources once, however many deliveries it delays, and
// reports its end.
type shortages struct {
	ctx      context.Context // of activities
	activity activityRecorder
	now      func() time.Time
	draining *atomic.Bool
	release  func() // closes what can be spared
	changed  func() // called when a shortage begins and when it ends

	mu    sync.Mutex // guards the fields below
	what  string     // empty: nothing is short
	since time.Time
	last  time.Time
	timer *time.Timer
}

// reason returns which resource is short, or "".
func (s *shortages) reason() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.what
}

// report records a shortage. It closes idle connections in any case, because each of them takes a
// file and a port.
func (s *shortages) report(what string) {
	s.release()
	if s.begin(what) {
		s.activity.record(s.ctx, storage.Activity{Kind: storage.ActivityError, Text: "deliveries wait without using up attempts: " + what})
		s.changed()
	}
}

// begin reports whether the shortage is a new one.
func (s *shortages) begin(what string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = s.now()
	if s.what != "" {
		return false
	}
	s.what, s.since = what, s.last
	s.timer = time.AfterFunc(shortageOverAfter, s.check)
	return true
}

// check reports the end of the shortage if it has not occurred for shortageOverAfter. A clock
// that was set back must not delay that, so the timer never runs longer.
func (s *shortages) check() {
	s.mu.Lock()
	if rest := shortageOverAfter - s.now().Sub(s.last); rest > 0 && !s.draining.Load() {
		s.timer.Reset(min(rest, shortageOverAfter))
		s.mu.Unlock()
		return
	}
	what, lasted := s.what, s.last.Sub(s.since).Round(time.Millisecond)
	s.what = ""
	s.mu.Unlock()
	if s.draining.Load() {
		return
	}
	s.changed()
	s.activity.record(s.ctx, storage.Activity{Kind: storage.ActivityError, Text: fmt.Sprintf("deliveries waited %s and have resumed: %s", lasted, what)})
}
