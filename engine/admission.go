package engine

import (
	"math"
	"time"

	"golang.org/x/time/rate"

	"backchannel/engine/policy"
	"backchannel/storage"
)

// never is a wait that only another event ends.
const never = time.Duration(math.MaxInt64)

// An admission decides whether a webhook's next attempt may begin: its state, concurrency,
// circuit breaker and rate limit must allow it, and this machine must have the resources.
// It must not be used by several goroutines at once.
type admission struct {
	share    int // the most attempts of any webhook; 0: no limit
	webhook  storage.Webhook
	closed   bool // the webhook was deleted or the engine has ended
	breaker  policy.Breaker
	throttle throttle
	limiter  *rate.Limiter // nil: no limit
}

// idle reports whether no attempt may begin, whatever the endpoint does.
func (a *admission) idle() bool { return a.closed || a.webhook.State != storage.Active }

// wait returns how long no attempt may begin while inFlight are under way. If it returns
// 0, a token of the rate limit has been taken.
func (a *admission) wait(now time.Time, inFlight int) time.Duration {
	most := a.webhook.Delivery.Concurrency
	if a.share > 0 {
		most = min(most, a.share)
	}
	if a.idle() || inFlight >= most {
		return never
	}
	if wait := a.throttle.wait(now); wait > 0 {
		return wait
	}
	if inFlight >= a.throttle.limit(now, most) {
		return recoverAfter
	}
	if ok, wait := a.breaker.Ready(now); !ok {
		if wait == 0 {
			wait = never
		}
		return wait
	}
	return a.reserve(now)
}

// reserve takes a token of the rate limit, or returns when there will be one.
func (a *admission) reserve(now time.Time) time.Duration {
	if a.limiter == nil {
		return 0
	}
	r := a.limiter.ReserveN(now, 1)
	wait := r.DelayFrom(now)
	if wait > 0 {
		r.CancelAt(now)
	}
	return wait
}

// end records the class of an attempt's outcome and reports whether the circuit breaker
// has changed.
func (a *admission) end(class policy.Class, probe bool, now time.Time) (changed bool) {
	if class != policy.Aborted && class != policy.Starved {
		a.throttle.succeeded()
	}
	return a.breaker.End(class, probe, now)
}

// update replaces the webhook by a newer version. Whoever edits a webhook whose breaker is
// open has probably repaired something, so the next probe is due at once.
func (a *admission) update(w storage.Webhook, now time.Time) {
	before := a.webhook
	a.webhook = w
	if before.ID != 0 && before.Version != w.Version {
		a.breaker.ProbeNow(now)
	}
	if before.Delivery.RatePerSec != w.Delivery.RatePerSec {
		a.limiter = newLimiter(w.Delivery.RatePerSec)
	}
}

// newLimiter returns a bucket with the tokens of 50 ms. Timers are too coarse to admit
// thousands of attempts a second one by one.
func newLimiter(perSecond float64) *rate.Limiter {
	if perSecond == 0 {
		return nil
	}
	return rate.NewLimiter(rate.Limit(perSecond), max(1, int(perSecond/20)))
}
