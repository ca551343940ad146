package storage

import (
	"net/http"
	"strings"
	"time"
)

const (
	jitterShare   = 0.2
	maxRetryAfter = 24 * time.Hour
	maxProbeWait  = 5 * time.Minute
)

// RetryWait returns how long to wait after the given number of attempts, or false if the
// schedule is used up. jitter, in [0, 1), moves the scheduled wait by up to 20 % either
// way, so that deliveries that failed together are not retried together. The wait that
// the endpoint asked for is a minimum, which jitter never shortens.
func RetryWait(schedule []time.Duration, made int, jitter float64, asked time.Duration) (time.Duration, bool) {
	if made < 1 || made > len(schedule) {
		return 0, false
	}
	wait := float64(schedule[made-1]) * (1 + jitterShare*(2*jitter-1))
	return max(time.Duration(wait), asked), true
}

// RetryAfter parses a Retry-After header (RFC 9110 §10.2.3), which is a number of seconds
// or a date. It returns at most 24 hours, and 0 if the header is missing, cannot be parsed
// or names a time in the past.
func RetryAfter(value string, now time.Time) time.Duration {
	value = strings.TrimSpace(value)
	if value == "" {
		return 0
	}
	if strings.Trim(value, "0123456789") == "" {
		return secondsUpTo(value, maxRetryAfter)
	}
	date, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return min(max(date.Sub(now), 0), maxRetryAfter)
}

// secondsUpTo parses a number of seconds and returns at most the given duration. The
// number may have more digits than an integer can hold.
func secondsUpTo(digits string, most time.Duration) time.Duration {
	total := time.Duration(0)
	for _, digit := range digits {
		total = total*10 + time.Duration(digit-'0')*time.Second
		if total >= most {
			return most
		}
	}
	return total
}

// ProbeWait returns how long a circuit breaker waits after a probe that failed: twice as long as
// before it, up to 5 minutes.
func ProbeWait(before time.Duration) time.Duration { return min(2*before, maxProbeWait) }

// ProbeReady returns how long a circuit breaker that is open until a time still waits for its
// probe. It is 0 if the probe is due, and also if the wait is longer than any can be, because then the clock
// has been set back.
func ProbeReady(until, now time.Time) time.Duration {
	if wait := until.Sub(now); wait > 0 && wait <= maxProbeWait {
		return wait
	}
	return 0
}
