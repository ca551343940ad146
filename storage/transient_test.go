package storage_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"backchannel/storage"
)

func TestPersistWaitsForWhatMayPass(t *testing.T) {
	t.Parallel()
	away := fmt.Errorf("read: %w", storage.ErrUnreachable)
	full := fmt.Errorf("read: %w", storage.AsTransient(storage.ErrDiskFull))
	lasting := storage.ErrDamaged
	for name, c := range map[string]struct {
		errs, told []error
		want       error
	}{
		"at once":         {[]error{nil}, nil, nil},
		"of no use":       {[]error{lasting}, nil, lasting},
		"it passes":       {[]error{away, away, full, nil}, []error{away, full, nil}, nil},
		"and then fails":  {[]error{away, lasting}, []error{away, nil}, lasting},
		"a disk of ours":  {[]error{storage.ErrDiskFull}, nil, storage.ErrDiskFull},
		"it keeps its Is": {[]error{full, storage.ErrClosed}, []error{full, nil}, storage.ErrClosed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var told []error
				calls := 0
				got := storage.Persist(t.Context(), func(context.Context) error { calls++; return c.errs[calls-1] }, func(err error) { told = append(told, err) })
				if !errors.Is(got, c.want) || calls != len(c.errs) || !slices.Equal(told, c.told) {
					t.Errorf("after %d calls it returns %v and has told %v", calls, got, told)
				}
			})
		})
	}
}

func TestPersistEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		err := storage.Persist(ctx, func(context.Context) error { return storage.ErrUnreachable }, func(error) { stop() })
		if !errors.Is(err, storage.ErrUnreachable) {
			t.Errorf("it returns %v", err)
		}
	})
}
