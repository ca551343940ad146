package follow_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"backchannel/storage"
	"backchannel/storage/follow"
)

// A checking is a store whose run is in the next state each time it is read.
type checking struct {
	states  []storage.CheckState // the last one is repeated
	read    int
	stopped bool
	stopErr error
}

func (c *checking) CheckRun(context.Context, storage.ID) (storage.CheckRun, error) {
	state := c.states[min(c.read, len(c.states)-1)]
	c.read++
	if c.stopped {
		state = storage.CheckInterrupted
	}
	return storage.CheckRun{ID: 1, State: state}, nil
}

func (c *checking) StopCheck(context.Context, storage.ID) error {
	c.stopped = c.stopErr == nil
	return c.stopErr
}

func (c *checking) Changes(context.Context) <-chan storage.Change { return nil }

func TestCheckWaitsForTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &checking{states: []storage.CheckState{storage.CheckRequested, storage.CheckRunning, storage.CheckRunning, storage.CheckFinished}}
		var seen []storage.CheckState
		run, err := follow.Check(t.Context(), store, 1, nil, func(r storage.CheckRun) { seen = append(seen, r.State) })
		if err != nil || run.State != storage.CheckFinished || !slices.Equal(seen, store.states[:3]) {
			t.Errorf("got %s, %v after the states %v", run.State, err, seen)
		}
	})
}

func TestCheckIsStopped(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for _, test := range []struct {
		name    string
		stopErr error
		want    storage.CheckState
		err     error
	}{
		{"while it runs", nil, storage.CheckInterrupted, nil},
		{"when it has just ended", storage.ErrConflict, storage.CheckFinished, nil},
		{"by a store that fails", broken, storage.CheckRunning, broken},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				store := &checking{states: []storage.CheckState{storage.CheckRunning, storage.CheckFinished}, stopErr: test.stopErr}
				stop := make(chan struct{})
				close(stop)
				run, err := follow.Check(t.Context(), store, 1, stop, func(storage.CheckRun) {})
				if run.State != test.want || !errors.Is(err, test.err) {
					t.Errorf("got %s, %v; want %s, %v", run.State, err, test.want, test.err)
				}
			})
		})
	}
}

func TestCheckEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		store := &checking{states: []storage.CheckState{storage.CheckRunning}}
		run, err := follow.Check(ctx, store, 1, nil, func(storage.CheckRun) {})
		if run.State != storage.CheckRunning || !errors.Is(err, context.DeadlineExceeded) || store.stopped {
			t.Errorf("got %s, %v; stopped: %t", run.State, err, store.stopped)
		}
	})
}
