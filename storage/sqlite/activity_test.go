package sqlite

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"backchannel/storage"
	"backchannel/storage/storetest"
)

// activityTexts returns all activities, each as its kind and text.
func activityTexts(t *testing.T, s *Store) []string {
	t.Helper()
	all, err := s.Activities(t.Context(), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	texts := make([]string, len(all))
	for i, a := range all {
		texts[i] = string(a.Kind) + ": " + a.Text
	}
	return texts
}

// TestFailuresAreCountedOnce makes the operation that counts a failure run twice, because another
// one in its transaction fails.
func TestFailuresAreCountedOnce(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	w := storetest.AddWebhook(t, s, "acme")
	storetest.Finish(t, s, storetest.Enqueue(t, s, w), storage.Failed)
	second := storetest.OutcomeOf(storetest.Enqueue(t, s, w), storage.Failed)
	held := make(chan struct{})
	s.writer.pauses <- held
	waiting := func(n int) {
		for len(s.writer.queue.Waiting) < n {
			runtime.Gosched()
		}
	}
	var both errgroup.Group
	both.Go(func() error { return s.Finish(t.Context(), second) })
	waiting(1)
	broken := errors.New("broken")
	both.Go(func() error {
		if err := s.write(t.Context(), 0, func(*tx) error { return broken }); !errors.Is(err, broken) {
			return fmt.Errorf("the other operation returned %w", err)
		}
		return nil
	})
	waiting(2)
	close(held)
	if err := both.Wait(); err != nil {
		t.Fatal(err)
	}
	all := activityTexts(t, s)
	if last := all[len(all)-1]; !strings.HasPrefix(last, "failed: 2 deliveries to acme failed within") {
		t.Errorf("after two failures: got %q", last)
	}
}
