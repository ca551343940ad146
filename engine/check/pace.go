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
	wait  func(context.Context, time.Duration) error

	mu   sync.Mutex // guards next
	next time.Time
}

func newPace(perSecond float64, c Config) *pace {
	return &pace{every: time.Duration(float64(time.Second) / perSecond), now: c.Now, wait: c.Wait}
}

// take waits until n requests may be sent at once.
func (p *pace) take(ctx context.Context, n int) error {
	p.mu.Lock()
	now := p.now()
	if p.next.Before(now) {
		p.next = now
	}
	ahead := p.next.Sub(now)
	p.next = p.next.Add(time.Duration(n) * p.every)
	p.mu.Unlock()
	if ahead <= 0 {
		return ctx.Err()
	}
	return p.wait(ctx, ahead)
}

// wait waits for a time, or until ctx ends.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
