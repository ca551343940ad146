package storage

import (
	"cmp"
	"math"
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

// Validate reports every option that is out of bounds, by the name of its flag. It does not check
// the groups and cases, which only package engine/check knows.
func (o CheckOptions) Validate() error {
	chosen := o.LoadRate != 0 || o.LoadDuration != 0
	o = o.WithDefaults()
	var bad FieldErrors
	for _, rate := range []float64{o.PerSecond, o.LoadRate} {
		if !(rate > 0) || rate > MaxCheckRate {
			bad.add("rate", "%g in a second is out of range; a check sends more than 0 and at most %d/s, because it is a test of an endpoint and not a load generator", rate, MaxCheckRate)
			break
		}
	}
	bad.addIf(o.LoadDuration < time.Second || o.LoadDuration > maxCheckTimeout, "duration", "%s is out of range; load lasts 1s to %s", o.LoadDuration, maxCheckTimeout)
	bad.addIf(o.MaxRequests < 1 || o.MaxRequests > MaxCheckRequests, "max", "%d is out of range; a run sends 1 to %d requests", o.MaxRequests, MaxCheckRequests)
	bad.addIf(o.Timeout < time.Second || o.Timeout > maxCheckTimeout, "timeout", "%s is out of range; a run may take 1s to %s", o.Timeout, maxCheckTimeout)
	if len(bad) == 0 && chosen && o.LoadRequests() > o.MaxRequests {
		bad.add("duration", "load would send %d requests, more than the %d of the whole run; lower --rate or --duration, or raise --max", o.LoadRequests(), o.MaxRequests)
	}
	return bad.Err()
}

// Summary says in a few words how a run ended: "finished: 80 passed, 2 failed".
func (r CheckRun) Summary() string {
	if ended := r.Tally().ended(); ended != "" {
		return string(r.State) + ": " + ended
	}
	return string(r.State)
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
