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

// A base is the store of a test, and the time of its records. Each subject of the Store embeds it.
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

// must is for methods with a result.
func must[T any](s *base) func(T, error) T {
	return func(value T, err error) T {
		s.t.Helper()
		s.must(err)
		return value
	}
}

// A clock tells the time, or the one at which a record is to be written.
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

// At has records written at a time, from which the store makes their IDs too. The zero time
// stands for the present.
func (s *base) At(when time.Time, write func()) {
	s.clock.set(when)
	defer s.clock.set(time.Time{})
	write()
}

func (s *base) wantID(want, got storage.ID) {
	s.t.Helper()
	if want != 0 && got != want {
		s.t.Fatalf("the record has the ID %s, want %s", got, want)
	}
}

// inOrder runs n writes in few commits. It has a batch of them wait before it lets the first
// one go, so that they are committed together and in their order. It needs a synctest bubble.
func (s *base) inOrder(n int, write func(i int) error, when func(i int) time.Time) {
	s.t.Helper()
	const batch = 200 // fewer than one commit takes
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
