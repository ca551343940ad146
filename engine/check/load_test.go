package check_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"backchannel/storage"
)

func TestLoad(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		answer func(w http.ResponseWriter, n int32) bool
		o      storage.CheckOptions
		result storage.CheckResult
		says   string
		sent   int
	}{
		{"withstands the load", nil, storage.CheckOptions{}, storage.CheckPassed, "100 requests at", 100},
		{"a smaller load", nil, storage.CheckOptions{LoadRate: 10, LoadDuration: 2 * time.Second}, storage.CheckPassed, "20 requests at", 20},
		{"fails once", func(w http.ResponseWriter, n int32) bool { return n == 50 && fail(w, 503) }, storage.CheckOptions{}, storage.CheckFailed, "503", 100},
		{"limits the rate once", func(w http.ResponseWriter, n int32) bool {
			w.Header().Set("Retry-After", "2")
			return n == 50 && fail(w, 429)
		}, storage.CheckOptions{}, storage.CheckWarned, "after a wait for the Retry-After of 2s it accepted the rest", 100},
		{"limits the rate again", func(w http.ResponseWriter, n int32) bool {
			w.Header().Set("Retry-After", "2")
			return n >= 50 && fail(w, 429)
		}, storage.CheckOptions{}, storage.CheckWarned, "and again after", 0},
		{"limits the rate without Retry-After", func(w http.ResponseWriter, n int32) bool { return n == 50 && fail(w, 429) }, storage.CheckOptions{}, storage.CheckWarned, "without Retry-After", 100},
		{"the limit of requests is reached", nil, storage.CheckOptions{MaxRequests: 31}, storage.CheckPassed, "ended by the limit of 31", 30},
		{"no request is left", nil, storage.CheckOptions{MaxRequests: 1}, storage.CheckSkipped, "limit of 1", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil)
			r := b.reference()
			var n atomic.Int32
			r.before = func(w http.ResponseWriter, _ *http.Request) bool { return c.answer != nil && c.answer(w, n.Add(1)) }
			b.pointTo(serve(r, nil))
			c.o.Only = []string{"load"}
			run := b.runInMemory(t.Context(), c.o)
			got := findCase(run, "load/steady")
			if got.Result != c.result || !strings.Contains(got.Got, c.says) || c.sent > 0 && len(got.Deliveries) != c.sent {
				t.Errorf("got %d requests, %s: %s; want %d, %s: %s", len(got.Deliveries), got.Result, got.Got, c.sent, c.result, c.says)
			}
			total := 0
			for _, bucket := range run.Load.Buckets {
				total += bucket.N
			}
			if c.sent > 0 && (total != c.sent || run.Load.P99 < run.Load.P50 || run.Load.PerSecond <= 0) {
				t.Errorf("got the measurements %+v of %d requests", run.Load, c.sent)
			}
		})
	}
}
