package engine

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// A lock becomes free at a time.
type lock struct {
	free     time.Time
	err      error
	released bool
}

func (l *lock) TryLead() (func(), bool, error) {
	return func() { l.released = true }, !time.Now().Before(l.free), l.err
}

func TestLeadWaitsForTheLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		l := &lock{free: began.Add(950 * time.Millisecond)}
		broken := errors.New("broken")
		err := Lead(t.Context(), l, nil, func(context.Context) error {
			if took := time.Since(began); took != time.Second || l.released {
				t.Errorf("got the lock after %s, released %t; want 1s", took, l.released)
			}
			return broken
		})
		if !errors.Is(err, broken) || !l.released {
			t.Errorf("got %v, released %t", err, l.released)
		}
	})
}

func TestLeadGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		l := &lock{free: time.Now().Add(time.Hour)}
		if err := Lead(ctx, l, nil, func(context.Context) error { t.Error("Lead runs without the lock"); return nil }); err != nil {
			t.Error(err)
		}
		l.err = errors.New("no such folder")
		if err := Lead(ctx, l, nil, nil); !errors.Is(err, l.err) {
			t.Errorf("got %v", err)
		}
	})
}
