package policy

import (
	"time"

	"backchannel/storage"
)

// The circuit breaker's thresholds.
const (
	BreakerLimit   = 10 // retryable failures in a row
	FirstProbeWait = 30 * time.Second
)

// A Breaker is a webhook's circuit breaker. It is closed, and allows every attempt, until
// BreakerLimit retryable failures in a row open it. It then allows a single probe after
// FirstProbeWait, and after each probe that fails waits twice as long, up to 5 minutes.
// Any success closes it. A Breaker must not be used by several goroutines at once.
type Breaker struct {
	failures  int
	openUntil time.Time // zero while closed
	wait      time.Duration
	probing   bool // a probe is in flight
}

// RestoredBreaker returns the breaker that a record describes.
func RestoredBreaker(b storage.Breaker) Breaker {
	return Breaker{failures: b.Failures, openUntil: b.OpenUntil, wait: b.Wait}
}

// Follow sets the breaker to what a record describes, which another process may have stored. A probe
// of this process stays in flight.
func (b *Breaker) Follow(r storage.Breaker) {
	b.failures, b.openUntil, b.wait = r.Failures, r.OpenUntil, r.Wait
}

// Record returns the breaker as a record to store.
func (b *Breaker) Record(webhook storage.ID) storage.Breaker {
	return storage.Breaker{WebhookID: webhook, Failures: b.failures, OpenUntil: b.openUntil, Wait: b.wait}
}

// Clean reports whether the breaker is closed and counts no failures.
func (b *Breaker) Clean() bool { return b.failures == 0 && !b.Open() }

// Open reports whether the breaker is open.
func (b *Breaker) Open() bool { return !b.openUntil.IsZero() }

// Ready reports whether an attempt may begin. If not, wait is the time until one may, or 0
// if that depends on the probe in flight.
func (b *Breaker) Ready(now time.Time) (ok bool, wait time.Duration) {
	if !b.Open() {
		return true, 0
	}
	if b.probing {
		return false, 0
	}
	wait = storage.ProbeReady(b.openUntil, now)
	return wait == 0, wait
}

// Begin records that an attempt begins, and reports whether it is a probe.
func (b *Breaker) Begin() (probe bool) {
	b.probing = b.Open()
	return b.probing
}

// ProbeNow makes the next probe due at once.
func (b *Breaker) ProbeNow(now time.Time) {
	if b.Open() && b.openUntil.After(now) {
		b.openUntil = now
	}
}

// End records the class of an attempt's outcome. It reports whether the breaker has changed in a way
// that users should know of: it has opened or closed, or waits longer.
func (b *Breaker) End(c Class, probe bool, now time.Time) (changed bool) {
	if probe {
		b.probing = false
	}
	switch {
	case c == Aborted, c == Starved:
		return false
	case c == Succeeded:
		changed = b.Open()
		*b = Breaker{}
		return changed
	case c == Retryable:
		b.failures++
	case !b.Open():
		b.failures = 0 // the endpoint answers, so the failures are not in a row
	}
	switch {
	case probe:
		b.wait = storage.ProbeWait(b.wait)
	case !b.Open() && b.failures >= BreakerLimit:
		b.wait = FirstProbeWait
	default:
		return false
	}
	b.openUntil = now.Add(b.wait)
	return true
}
