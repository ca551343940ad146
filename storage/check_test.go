package storage_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"backchannel/storage"
)

func TestCheckOptions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		o      storage.CheckOptions
		fields string
	}{
		{"defaults", storage.CheckOptions{}, ""},
		{"few requests without load options", storage.CheckOptions{MaxRequests: 50}, ""},
		{"the greatest rate", storage.CheckOptions{PerSecond: storage.MaxCheckRate}, ""},
		{"a rate over the limit", storage.CheckOptions{PerSecond: storage.MaxCheckRate + 0.5}, "rate"},
		{"a negative rate", storage.CheckOptions{LoadRate: -1}, "rate"},
		{"no number", storage.CheckOptions{PerSecond: math.NaN()}, "rate"},
		{"too long", storage.CheckOptions{LoadDuration: 2 * time.Hour, MaxRequests: storage.MaxCheckRequests}, "duration"},
		{"more load than requests allowed", storage.CheckOptions{LoadRate: 100, LoadDuration: time.Minute}, "duration"},
		{"several", storage.CheckOptions{MaxRequests: -1, Timeout: time.Millisecond}, "max timeout"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var bad storage.FieldErrors
			errors.As(c.o.Validate(), &bad)
			var fields []string
			for _, f := range bad {
				fields = append(fields, f.Field)
			}
			if got := strings.Join(fields, " "); got != c.fields {
				t.Errorf("got errors of %q (%v), want %q", got, bad, c.fields)
			}
		})
	}
}

func TestCheckRunsCompare(t *testing.T) {
	t.Parallel()
	run := func(results ...storage.CheckResult) (r storage.CheckRun) {
		for i, result := range results {
			r.Cases = append(r.Cases, storage.CheckCase{ID: "a/" + string(rune('a'+i)), Result: result})
		}
		return r
	}
	const pass, fail, warn, skip, info = storage.CheckPassed, storage.CheckFailed, storage.CheckWarned, storage.CheckSkipped, storage.CheckInformed
	before := run(pass, fail, warn, skip, fail, fail, info)
	after := run(fail, pass, warn, fail, skip, "", warn)
	d := after.Since(before)
	names := func(cases []storage.CheckCase) (all string) {
		for _, c := range cases {
			all += c.ID[2:]
		}
		return all
	}
	if got := names(d.Fixed) + " " + names(d.Broken) + " " + names(d.StillFailing); got != "b ag c" {
		t.Errorf("got fixed, broken, still failing %q", got)
	}
	if got := strings.Join(after.Failing(), " "); got != "a/a a/c a/d a/g" || after.Tally().Done() != 6 {
		t.Errorf("got failing %q, %d done", got, after.Tally().Done())
	}
	after.State = storage.CheckFinished
	if got := after.Summary(); got != "finished: 1 passed, 2 failed, 2 warned, 1 skipped" {
		t.Errorf("got the summary %q", got)
	}
	if got := after.Tally().String(); got != "1 passed, 2 failed, 2 warned, 1 skipped, 1 to do" {
		t.Errorf("got the tally %q", got)
	}
}
