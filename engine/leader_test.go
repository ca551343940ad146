package engine

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// A lock is free from some time on.
type lock struct {
	free     time.Time
	err      error
	released bool
}

func (l *lock) TryLead() (func(), bool, error) {
	return func() { l.released = true }, !time.Now().Before(l.free), l.err
}

func TestHoldWaitsForTheLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		l := &lock{free: began.Add(950 * time.Millisecond)}
		broken := errors.New("broken")
		err := Lead(t.Context(), l, nil, func(context.Context) error {
			if took := time.Since(began); took != time.Second || l.released {
				t.Errorf("held after %s, released %t", took, l.released)
			}
			return broken
		})
		if !errors.Is(err, broken) || !l.released {
			t.Errorf("got %v, released %t", err, l.released)
		}
	})
}

func TestHoldGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		l := &lock{free: time.Now().Add(time.Hour)}
		if err := Lead(ctx, l, nil, func(context.Context) error { t.Error("it runs"); return nil }); err != nil {
			t.Error(err)
		}
		l.err = errors.New("no such folder")
		if err := Lead(ctx, l, nil, nil); !errors.Is(err, l.err) {
			t.Errorf("got %v", err)
		}
	})
}
