package follow_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"backchannel/storage"
	"backchannel/storage/follow"
)

// A fakeStore has receipts with the IDs 1, 2, … It sends hints only when a test does.
type fakeStore struct {
	mu       sync.Mutex // guards receipts
	receipts []storage.Receipt
	hints    chan storage.Change
	err      error
}

// Receipts arrive between two reads, so that it is clear which of them finds the receipts.
const (
	arrival = 1100 * time.Millisecond
	noticed = 1250 * time.Millisecond
)

func newStore(n int) *fakeStore {
	s := &fakeStore{hints: make(chan storage.Change, 1)}
	s.add(n)
	return s
}

func (s *fakeStore) add(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range n {
		s.receipts = append(s.receipts, storage.Receipt{ID: storage.ID(len(s.receipts) + 1)})
	}
}

func (s *fakeStore) Changes(context.Context) <-chan storage.Change { return s.hints }

func (s *fakeStore) Receipts(ctx context.Context, q storage.ReceiptQuery) (all []storage.Receipt, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ctx.Err() != nil {
		return nil, errors.New("interrupted")
	}
	for _, r := range s.receipts {
		if r.ID > q.After && (q.Before == 0 || r.ID < q.Before) {
			all = append(all, r)
		}
	}
	if !q.OldestFirst {
		slices.Reverse(all)
	}
	if q.Limit > 0 {
		all = all[:min(q.Limit, len(all))]
	}
	return all, s.err
}

func TestTail(t *testing.T) {
	for name, test := range map[string]struct {
		stored, limit, arriving int
		first, last             storage.ID
	}{
		"only what arrives":  {5, 0, 2, 6, 7},
		"the newest first":   {5, 3, 2, 3, 7},
		"more than there is": {2, 9, 1, 1, 3},
		"nothing stored":     {0, 9, 1, 1, 1},
		"a burst":            {1, 1, 2*storage.PageSize + 1, 1, 2*storage.PageSize + 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, stop := context.WithCancel(t.Context())
				defer stop()
				store := newStore(test.stored)
				time.AfterFunc(arrival, func() { store.add(test.arriving) })
				var seen []storage.ID
				for page, err := range follow.Tail(ctx, store, storage.ReceiptQuery{Limit: test.limit}) {
					if err != nil {
						t.Fatal(err)
					}
					for _, r := range page {
						seen = append(seen, r.ID)
					}
					if seen[len(seen)-1] == test.last {
						break
					}
				}
				if seen[0] != test.first || len(seen) != int(test.last-test.first)+1 || !slices.IsSorted(seen) {
					t.Errorf("got %d receipts, from %d", len(seen), seen[0])
				}
			})
		})
	}
}

func TestTailEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		for _, err := range follow.Tail(ctx, newStore(1), storage.ReceiptQuery{}) {
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v", err)
			}
		}
	})
}

func TestTailReadsAtOnceAfterAHint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, start := newStore(0), time.Now()
		time.AfterFunc(10*time.Millisecond, func() { store.add(1); store.hints <- storage.ChangedReceipts })
		for range follow.Tail(t.Context(), store, storage.ReceiptQuery{}) {
			break
		}
		if took := time.Since(start); took != 10*time.Millisecond {
			t.Errorf("got the receipt after %s, want 10ms", took)
		}
	})
}

func TestTailYieldsTheErrorOfTheStore(t *testing.T) {
	store, broken := newStore(1), errors.New("broken")
	store.err = broken
	var got error
	for _, err := range follow.Tail(t.Context(), store, storage.ReceiptQuery{Limit: 1}) {
		got = err
	}
	if !errors.Is(got, broken) {
		t.Errorf("got %v", got)
	}
}

func TestExpectation(t *testing.T) {
	const timeout = 10 * time.Second
	for name, test := range map[string]struct {
		expected         follow.Expectation
		stored, arriving int // the latter after arrival
		count            int
		took             time.Duration
		unmet            string
	}{
		"enough are stored":      {follow.Expectation{Count: 2}, 3, 0, 3, 0, ""},
		"enough arrive":          {follow.Expectation{Count: 2}, 1, 1, 2, noticed, ""},
		"too few":                {follow.Expectation{Count: 3}, 1, 1, 2, timeout, "2 receipts arrived within 10s, expected at least 3"},
		"exactly":                {follow.Expectation{Count: 2, Exact: true}, 1, 1, 2, timeout, ""},
		"one too many":           {follow.Expectation{Count: 1, Exact: true}, 1, 1, 2, noticed, "2 receipts arrived within 10s, expected exactly 1"},
		"too few to be exact":    {follow.Expectation{Count: 2, Exact: true}, 1, 0, 1, timeout, "1 receipt arrived within 10s, expected exactly 2"},
		"none":                   {follow.Expectation{Exact: true}, 0, 0, 0, timeout, ""},
		"one instead of none":    {follow.Expectation{Exact: true}, 0, 1, 1, noticed, "1 receipt arrived within 10s, expected exactly 0"},
		"a page and one":         {follow.Expectation{Count: storage.PageSize + 1}, storage.PageSize + 1, 0, storage.PageSize + 1, 0, ""},
		"more than a page, late": {follow.Expectation{Count: 2 * storage.PageSize}, 1, 3 * storage.PageSize, 2*storage.PageSize + 1, noticed, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store, start := newStore(test.stored), time.Now()
				time.AfterFunc(arrival, func() { store.add(test.arriving) })
				test.expected.Timeout = timeout
				count, err := test.expected.Wait(t.Context(), store)
				if took := time.Since(start); count != test.count || err != nil || took != test.took {
					t.Errorf("got %d receipts after %s, %v; want %d after %s", count, took, err, test.count, test.took)
				}
				if got := test.expected.Unmet(count); got != test.unmet {
					t.Errorf("Unmet: got %q, want %q", got, test.unmet)
				}
			})
		})
	}
}

func TestExpectationIsInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, stop)
		if _, err := (follow.Expectation{Count: 1, Timeout: time.Minute}).Wait(ctx, newStore(0)); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

// Receipts that are stored already count even if the timeout expires at once.
func TestExpectationCountsStoredReceipts(t *testing.T) {
	if count, err := (follow.Expectation{Count: 9, Timeout: 1}).Wait(t.Context(), newStore(3)); count != 3 || err != nil {
		t.Errorf("got %d receipts, %v; want 3", count, err)
	}
}
