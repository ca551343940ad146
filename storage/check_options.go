package storage

import (
	"cmp"
	"fmt"
	"math"
	"strings"
	"time"
)

// WithDefaults returns the options with every zero replaced by its default.
func (o CheckOptions) WithDefaults() CheckOptions {
	o.PerSecond = cmp.Or(o.PerSecond, DefaultCheckRate)
	o.LoadRate = cmp.Or(o.LoadRate, DefaultLoadRate)
	o.LoadDuration = cmp.Or(o.LoadDuration, DefaultLoadDuration)
	o.MaxRequests = cmp.Or(o.MaxRequests, DefaultCheckRequests)
	o.Timeout = cmp.Or(o.Timeout, DefaultCheckTimeout)
	return o
}

// LoadRequests returns how many requests the group load sends.
func (o CheckOptions) LoadRequests() int {
	o = o.WithDefaults()
	return max(1, int(math.Round(o.LoadRate*o.LoadDuration.Seconds())))
}

// Validate reports every option that is out of bounds, by the name of its flag. Which groups
// and cases there are is known to package engine/check.
func (o CheckOptions) Validate() error {
	chosen := o.LoadRate != 0 || o.LoadDuration != 0
	o = o.WithDefaults()
	var bad FieldErrors
	for _, rate := range []float64{o.PerSecond, o.LoadRate} {
		if !(rate > 0) || rate > MaxCheckRate {
			bad.add("rate", "%g in a second is out of range; a check sends more than 0 and at most %d/s, because it tests an endpoint and is no load generator", rate, MaxCheckRate)
			break
		}
	}
	if o.LoadDuration < time.Second || o.LoadDuration > MaxCheckTimeout {
		bad.add("duration", "%s is out of range; load lasts 1s to %s", o.LoadDuration, MaxCheckTimeout)
	}
	if o.MaxRequests < 1 || o.MaxRequests > MaxCheckRequests {
		bad.add("max", "%d is out of range; a run sends 1 to %d requests", o.MaxRequests, MaxCheckRequests)
	}
	if o.Timeout < time.Second || o.Timeout > MaxCheckTimeout {
		bad.add("timeout", "%s is out of range; a run may take 1s to %s", o.Timeout, MaxCheckTimeout)
	}
	if len(bad) == 0 && chosen && o.LoadRequests() > o.MaxRequests {
		bad.add("duration", "load would send %d requests, more than the %d of the whole run; lower --rate or --duration, or raise --max", o.LoadRequests(), o.MaxRequests)
	}
	return bad.Err()
}

// Summary says in a few words how a run ended: "finished: 80 passed, 2 failed".
func (r CheckRun) Summary() string {
	v := r.Verdict()
	var parts []string
	for _, part := range []struct {
		n    int
		what string
	}{{v.Passed, "passed"}, {v.Failed, "failed"}, {v.Warned, "warned"}, {v.Informed, "informed"}, {v.Skipped, "skipped"}} {
		if part.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.what))
		}
	}
	if len(parts) == 0 {
		return string(r.State)
	}
	return string(r.State) + ": " + strings.Join(parts, ", ")
}

// Done returns how many cases have ended, for a bar of progress.
func (r CheckRun) Done() (n int) {
	for _, c := range r.Cases {
		if c.Result != "" {
			n++
		}
	}
	return n
}

// Failing returns the IDs of the cases that failed or warned, to run these again after a repair
// without waiting for all the others.
func (r CheckRun) Failing() (ids []string) {
	for _, c := range r.Cases {
		if c.Result.bad() {
			ids = append(ids, c.ID)
		}
	}
	return ids
}
