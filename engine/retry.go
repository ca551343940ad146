package engine

import (
	"net/http"
	"strings"
	"time"
)

const (
	jitterShare   = 0.2
	maxRetryAfter = 24 * time.Hour
)

// nextWait is how long to wait before the next attempt after so many made, or false
// when the schedule is used up. The jitter, from 0 to 1, moves the scheduled wait by up
// to 20 % either way; what the endpoint asked for is a minimum that no jitter shortens.
func nextWait(schedule []time.Duration, made int, jitter float64, asked time.Duration) (time.Duration, bool) {
	if made < 1 || made > len(schedule) {
		return 0, false
	}
	wait := float64(schedule[made-1]) * (1 + jitterShare*(2*jitter-1))
	return max(time.Duration(wait), asked), true
}

// retryAfter reads a Retry-After header (RFC 9110 §10.2.3): seconds or a date. It is at
// most 24 hours, and 0 when the header is missing, unreadable or past.
func retryAfter(value string, now time.Time) time.Duration {
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

// secondsUpTo reads digits of which there may be more than a number can hold.
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
