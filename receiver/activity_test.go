package receiver

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"backchannel/storage"
)

// The first incident is recorded at once, even just after the start; those that follow within the
// interval are recorded together.
func TestIncidentsAreRecordedInIntervals(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		recorded := map[string]time.Duration{}
		r := newActivityRecorder(func(_ context.Context, a storage.Activity) error {
			recorded[a.Text] = time.Since(start)
			return nil
		}, time.Now, slog.New(slog.DiscardHandler))
		stop, end := context.WithCancel(t.Context())
		go r.run(t.Context(), stop)
		synctest.Wait()
		time.Sleep(time.Second)
		r.record(failedForwards(), "one")
		synctest.Wait()
		r.record(failedForwards(), "two")
		r.record(failedForwards(), "three")
		time.Sleep(recordInterval)
		synctest.Wait()
		time.Sleep(time.Second)
		r.record(failedForwards(), "four")
		end() // the pending incident is recorded before the receiver ends
		synctest.Wait()
		for text, at := range map[string]time.Duration{
			"1 receipt could not be relayed: one":              time.Second,
			"2 receipts could not be relayed; the last: three": time.Second + recordInterval,
			"1 receipt could not be relayed: four":             2*time.Second + recordInterval,
		} {
			if got, found := recorded[text]; !found || got != at {
				t.Errorf("%q: got %s, recorded %t; want %s; all: %v", text, got, found, at, recorded)
			}
		}
	})
}
