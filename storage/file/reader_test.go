package file

import (
	"context"
	"errors"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

// A path whose read is never answered holds up the reads of that path alone, and those no
// longer than their contexts last.
func TestReaderWaitsForOneReadAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r Reader
		if err := r.enter(t.Context(), "/hung"); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := r.Read(ctx, "/hung", MaxKey); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a second read gives %v", err)
		}
		if _, err := r.Read(context.WithoutCancel(ctx), "/hung", MaxKey); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a read for which nobody set a time gives %v", err)
		}
		r.leave("/hung")
		if _, err := r.Read(t.Context(), "/hung", MaxKey); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("once it is free, a read gives %v", err)
		}
		if len(r.busy) > 0 {
			t.Errorf("%d paths are busy", len(r.busy))
		}
	})
}
