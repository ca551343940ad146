package check

import (
	"context"
	"errors"
	"sync"
	"time"

	"backchannel/storage"
)

// A loadRun is the load case while it runs.
type loadRun struct {
	*runner
	c       Case
	record  *storage.CheckCase
	workers chan struct{} // as many as the webhook allows concurrent requests

	mu          sync.Mutex // guards the fields below
	result      loadResult
	pausedUntil time.Time // the end of the wait for a Retry-After
	err         error
}

// runLoad sends valid events at the rate of the load for as long as it lasts.
func (r *runner) runLoad(ctx context.Context, c Case, record *storage.CheckCase) (judgement, error) {
	l := &loadRun{runner: r, c: c, record: record, workers: make(chan struct{}, max(1, r.webhook.Delivery.Concurrency))}
	l.result.timeout = r.webhook.Delivery.Timeout
	began := r.cfg.Now()
	l.dispatch(ctx)
	for range cap(l.workers) {
		l.workers <- struct{}{}
	}
	l.result.lasted = r.cfg.Now().Sub(began)
	r.run.Load = l.result.measured()
	if ctx.Err() != nil {
		return judgement{}, ctx.Err()
	}
	return judgeLoad(l.result), l.err
}

// dispatch sends the events, each in a goroutine as soon as a worker is free. It returns early if
// the run is cut short.
func (l *loadRun) dispatch(ctx context.Context) {
	pace := newPace(l.options.LoadRate, l.cfg).after(l.pace)
	for range l.options.LoadRequests() {
		if !l.ready(ctx) || pace.take(ctx, 1) != nil {
			return
		}
		event, err := l.eventSource.withStatus(storage.StatusDelivered)
		if l.failed(err) {
			return
		}
		q := request{event: event}
		select {
		case l.workers <- struct{}{}:
		case <-ctx.Done():
			return
		}
		made, err := l.enqueue(l.c, l.record, q)
		if l.failed(err) {
			<-l.workers
			return
		}
		go func() {
			defer func() { <-l.workers }()
			l.attemptOne(ctx, q, made[0])
		}()
	}
}

// ready waits for a Retry-After, and reports whether to go on.
func (l *loadRun) ready(ctx context.Context) bool {
	l.mu.Lock()
	stop, pause := l.result.gaveUp || l.err != nil, l.pausedUntil.Sub(l.cfg.Now())
	l.mu.Unlock()
	if stop || ctx.Err() != nil {
		return false
	}
	return pause <= 0 || l.cfg.Wait(ctx, pause)
}

// failed records an error, and reports whether there was one. Reaching the limit of requests ends
// the load but is not an error.
func (l *loadRun) failed(err error) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if errors.Is(err, errSpent) {
		l.result.cutAt = l.options.MaxRequests
		return true
	}
	l.err = errors.Join(l.err, err)
	return err != nil
}

// attemptOne makes one attempt. The first 429 with Retry-After pauses the load; a 429 after that pause
// ends it, because the endpoint does not take the rate even then.
func (l *loadRun) attemptOne(ctx context.Context, q request, d storage.Delivery) {
	a, after, err := l.attempt(ctx, q, d)
	if l.failed(err) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.result.answers = append(l.result.answers, a)
	if a.code != 429 {
		return
	}
	l.result.limited++
	now := l.cfg.Now()
	switch after = min(after, maxRetryAfter); {
	case after <= 0 || now.Before(l.pausedUntil): // the latter answers a request that was already under way
	case l.result.waited > 0:
		l.result.gaveUp = true
	default:
		l.result.waited, l.pausedUntil = after, now.Add(after)
	}
}
