package engine

import (
	"context"
	"time"
)

// A throttle limits a webhook's attempts during a shortage: to the number that were in flight
// when one failed, to none for a while if not even one succeeds, and then to one more after each
// recoverAfter.
type throttle struct {
	most  int // attempts at a time; 0: as many as the webhook allows
	last  time.Time
	until time.Time
	pause time.Duration
}

// limit returns how many attempts may be in flight, at most the given number.
func (t *throttle) limit(now time.Time, most int) int {
	if t.most == 0 {
		return most
	}
	grown := t.most + max(int(now.Sub(t.last)/recoverAfter), 0)
	if grown >= most {
		*t = throttle{}
	}
	return min(grown, most)
}

// reduce records a shortage while others attempts are in flight.
func (t *throttle) reduce(now time.Time, others int) {
	t.most, t.last = max(others, 1), now
	if others > 0 {
		return
	}
	t.pause = min(max(2*t.pause, firstShortageWait), maxShortageWait)
	t.until = now.Add(t.pause)
}

// wait returns how long no attempt may begin.
func (t *throttle) wait(now time.Time) time.Duration {
	return min(max(t.until.Sub(now), 0), maxShortageWait) // the clock may be set back
}

// succeeded records that an attempt had the resources that it needed.
func (t *throttle) succeeded() { t.pause = 0 }

// A quota limits the attempts for all webhooks together; nil means no limit. Waiting attempts are
// served in order, as a channel does.
type quota chan struct{}

func newQuota(most int) quota {
	if most == 0 {
		return nil
	}
	return make(quota, most)
}

// enter takes a place. It returns false if ctx ends before one is free. If it has to wait, it calls
// waiting first.
func (q quota) enter(ctx context.Context, waiting func()) bool {
	if q == nil {
		return true
	}
	select {
	case q <- struct{}{}:
		return true
	default:
		waiting()
	}
	select {
	case q <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

func (q quota) leave() {
	if q != nil {
		<-q
	}
}
