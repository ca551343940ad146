package tuitest

import (
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"backchannel/storage"
	"backchannel/storage/sqlite"
)

// A base is the store of a test and the clock of its records. The parts of a Store embed it.
type base struct {
	*sqlite.Store
	t     testing.TB
	clock *clock
}

func (s *base) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// must returns a function that ends the test on an error and otherwise returns the value. It
// takes the results of a call: must[T](s)(s.Method()).
func must[T any](s *base) func(T, error) T {
	return func(value T, err error) T {
		s.t.Helper()
		s.must(err)
		return value
	}
}

// A clock tells the present time, or the past one that was set.
type clock struct {
	now  func() time.Time
	mu   sync.Mutex // guards past
	past time.Time
}

func (c *clock) read() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.past.IsZero() {
		return c.past
	}
	return c.now()
}

func (c *clock) set(past time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.past = past
}

// At calls write while the store's clock stands at when. The store derives the IDs of records
// from this time, too. The zero time means the present.
func (s *base) At(when time.Time, write func()) {
	s.clock.set(when)
	defer s.clock.set(time.Time{})
	write()
}

func (s *base) wantID(want, got storage.ID) {
	s.t.Helper()
	if want != 0 && got != want {
		s.t.Fatalf("got a record with the ID %s, want %s", got, want)
	}
}

// inOrder runs n writes in few commits. It pauses the store until the writes of a batch wait, so
// that they are committed together and in order. It needs a synctest bubble.
func (s *base) inOrder(n int, write func(i int) error, when func(i int) time.Time) {
	s.t.Helper()
	const batch = 200 // less than the store writes in one commit
	errs := make([]error, n)
	for first := 0; first < n; first += batch {
		s.At(when(first), func() {
			var writes sync.WaitGroup
			release := s.PauseWrites()
			for i := first; i < min(first+batch, n); i++ {
				writes.Go(func() { errs[i] = write(i) })
				synctest.Wait()
			}
			release()
			writes.Wait()
		})
	}
	s.must(errors.Join(errs...))
}
