package engine

import (
	"time"

	"backchannel/storage"
)

const (
	breakerLimit   = 10
	firstProbeWait = 30 * time.Second
	maxProbeWait   = 5 * time.Minute
)

// A breaker decides whether an endpoint is worth an attempt. It is closed, and lets all
// through, until 10 retryable failures in a row open it. Then it lets a single probe
// through after 30 s, and after a wait twice as long, up to 5 minutes, each time the
// probe does not succeed. Any success closes it. It reads no clock and is not safe for
// use by several goroutines.
type breaker struct {
	failures  int
	openUntil time.Time // zero while closed
	wait      time.Duration
	probing   bool // a probe is in flight
}

func restoredBreaker(b storage.Breaker) breaker {
	return breaker{failures: b.Failures, openUntil: b.OpenUntil, wait: b.Wait}
}

func (b *breaker) record(webhook storage.ID) storage.Breaker {
	return storage.Breaker{WebhookID: webhook, Failures: b.failures, OpenUntil: b.openUntil, Wait: b.wait}
}

func (b *breaker) open() bool { return !b.openUntil.IsZero() }

// ready reports whether an attempt may begin, else how long until one may; 0 means
// until the probe in flight comes back.
func (b *breaker) ready(now time.Time) (ok bool, wait time.Duration) {
	if !b.open() {
		return true, 0
	}
	if b.probing {
		return false, 0
	}
	wait = b.openUntil.Sub(now)
	if wait <= 0 || wait > maxProbeWait { // longer only because the clock was set back
		return true, 0
	}
	return false, wait
}

// begin counts an attempt that ready allowed and reports whether it is a probe.
func (b *breaker) begin() (probe bool) {
	b.probing = b.open()
	return b.probing
}

// probeNow makes the next probe due at once.
func (b *breaker) probeNow(now time.Time) {
	if b.open() && b.openUntil.After(now) {
		b.openUntil = now
	}
}

// end counts how an attempt came out and reports whether the breaker's record changed.
func (b *breaker) end(v OutcomeClass, probe bool, now time.Time) (changed bool) {
	if probe {
		b.probing = false
	}
	switch {
	case v == Aborted, v == Starved:
		return false
	case v == Succeeded:
		changed = b.open()
		*b = breaker{}
		return changed
	case v == Retryable:
		b.failures++
	case !b.open():
		b.failures = 0 // the row of retryable failures is broken
	}
	switch {
	case probe:
		b.wait = min(2*b.wait, maxProbeWait)
	case !b.open() && b.failures >= breakerLimit:
		b.wait = firstProbeWait
	default:
		return false
	}
	b.openUntil = now.Add(b.wait)
	return true
}
