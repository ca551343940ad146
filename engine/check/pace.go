package check

import (
	"context"
	"sync"
	"time"
)

// A pace spreads requests evenly over time.
type pace struct {
	every time.Duration // between two requests
	now   func() time.Time
	wait  func(context.Context, time.Duration) bool

	mu   sync.Mutex // guards next
	next time.Time
}

// newPace returns a pace whose first request may be sent at once.
func newPace(perSecond float64, c Config) *pace {
	return &pace{every: time.Duration(float64(time.Second) / perSecond), now: c.Now, wait: c.Wait}
}

// after makes the pace continue where another one left off, so that changing from one to the other
// does not cause a burst.
func (p *pace) after(before *pace) *pace {
	before.mu.Lock()
	defer before.mu.Unlock()
	p.next = before.next
	return p
}

// take waits until n requests may be sent at once. It leaves the time that n requests take at this
// pace free both before and after them, so that no second has more than its share.
func (p *pace) take(ctx context.Context, n int) error {
	p.mu.Lock()
	now := p.now()
	at := p.next.Add(time.Duration(n-1) * p.every)
	if at.Before(now) {
		at = now
	}
	p.next = at.Add(time.Duration(n) * p.every)
	p.mu.Unlock()
	if ahead := at.Sub(now); ahead > 0 {
		p.wait(ctx, ahead)
	}
	return ctx.Err()
}
