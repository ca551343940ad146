package engine

import (
	"time"

	"golang.org/x/time/rate"

	"backchannel/engine/policy"
	"backchannel/storage"
)

// An admission decides whether a webhook's next attempt may begin: its state, concurrency,
// circuit breaker and rate limit must allow it, and this machine must have the resources.
// It must not be used by several goroutines at once.
type admission struct {
	share    int   // the most attempts of any webhook; 0: no limit
	part     *Part // of what the webhook allows; nil: all
	webhook  storage.Webhook
	closed   bool // the webhook was deleted or the engine has ended
	breaker  policy.Breaker
	throttle throttle
	limiter  *rate.Limiter // nil: no limit
}

// idle reports whether no attempt may begin, whatever the state of the endpoint.
func (a *admission) idle() bool { return a.closed || a.webhook.State != storage.Active }

// most returns how many attempts may be in flight at most.
func (a *admission) most() int {
	most := a.webhook.Delivery.Concurrency
	if a.share > 0 {
		most = min(most, a.share)
	}
	if a.part != nil {
		most = min(most, a.part.Concurrency)
	}
	return most
}

// wait returns how long no attempt may begin while inFlight attempts are in flight. If it returns
// 0, a token of the rate limit has been taken.
func (a *admission) wait(now time.Time, inFlight int) time.Duration {
	if wait := a.blocked(now, inFlight); wait > 0 {
		return wait
	}
	return a.reserve(now)
}

// blocked is wait without the rate limit.
func (a *admission) blocked(now time.Time, inFlight int) time.Duration {
	most := a.most()
	if a.idle() || inFlight >= most {
		return storage.Never
	}
	if wait := a.throttle.wait(now); wait > 0 {
		return wait
	}
	if inFlight >= a.throttle.limit(now, most) {
		return recoverAfter
	}
	// Of several engines, only one probes a failing endpoint. The others wait until the breaker
	// closes, which they learn from the store.
	if a.breaker.Open() && a.part != nil && !a.part.Probes {
		return storage.Never
	}
	if ok, wait := a.breaker.Ready(now); !ok {
		// Ready returns 0 while a probe is in flight. Only its outcome decides when to go on.
		if wait == 0 {
			wait = storage.Never
		}
		return wait
	}
	return 0
}

// capacity returns how many attempts may begin now, or if none may, after how long to ask again. It
// takes no tokens of the rate limit.
func (a *admission) capacity(now time.Time, inFlight int) (n int, wait time.Duration) {
	if wait := a.blocked(now, inFlight); wait > 0 {
		return 0, wait
	}
	most := a.most()
	n = min(most, a.throttle.limit(now, most)) - inFlight
	if a.breaker.Open() {
		n = 1 // the probe
	}
	if a.limiter == nil {
		return n, 0
	}
	tokens := a.limiter.TokensAt(now)
	if tokens < 1 {
		return 0, time.Duration((1 - tokens) / float64(a.limiter.Limit()) * float64(time.Second))
	}
	return min(n, int(tokens)), 0
}

// divide changes how much of what the webhook allows this engine may use.
func (a *admission) divide(part Part, now time.Time) {
	a.part = &part
	a.limit(now)
}

// reserve takes a token of the rate limit, or returns when there will be one.
func (a *admission) reserve(now time.Time) time.Duration {
	if a.limiter == nil {
		return 0
	}
	r := a.limiter.ReserveN(now, 1)
	wait := r.DelayFrom(now)
	// Return the token: the caller will ask again, and would otherwise pay twice.
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

// update replaces the webhook by a newer version. A user who edits a webhook whose breaker is open
// has probably repaired something, so the next probe is due at once.
func (a *admission) update(w storage.Webhook, now time.Time) {
	before := a.webhook
	a.webhook = w
	// The ID is 0 when the first version arrives after the start, which is not an edit.
	if before.ID != 0 && before.Version != w.Version {
		a.breaker.ProbeNow(now)
	}
	a.limit(now)
}

// limit sets the rate of the attempts to this engine's part of the webhook's rate. Engines do not
// share tokens, because asking a database for each one would cost more than the attempt. The bucket
// keeps its tokens: a full one at each change would admit more than the rate.
//
// The bucket holds the tokens of 50 ms, but at least one. If it held one only, each attempt would
// wait for a timer of its own, and timers are too coarse to admit thousands of attempts a second.
func (a *admission) limit(now time.Time) {
	perSecond := a.webhook.Delivery.RatePerSec
	if perSecond == 0 {
		a.limiter = nil
		return
	}
	if a.part != nil && a.part.Engines > 1 {
		perSecond /= float64(a.part.Engines)
	}
	burst := max(1, int(perSecond/20))
	if a.limiter == nil {
		a.limiter = rate.NewLimiter(rate.Limit(perSecond), burst)
	}
	a.limiter.SetLimitAt(now, rate.Limit(perSecond))
	a.limiter.SetBurstAt(now, burst)
}
