package file

import (
	"context"
	"errors"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

// A read that never ends blocks only reads of the same path, and each of those only until its
// context ends.
func TestReaderWaitsForOneReadAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r Reader
		if err := r.enter(t.Context(), "/hung"); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := r.Read(ctx, "/hung", MaxKey); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a second read: got %v", err)
		}
		if _, err := r.Read(context.WithoutCancel(ctx), "/hung", MaxKey); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a read without a deadline: got %v", err)
		}
		r.leave("/hung")
		if _, err := r.Read(t.Context(), "/hung", MaxKey); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("a read after the hung one: got %v", err)
		}
		if len(r.busy) > 0 {
			t.Errorf("%d paths are still busy", len(r.busy))
		}
	})
}
