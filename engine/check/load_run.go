package check

import (
	"context"
	"errors"
	"sync"
	"time"

	"backchannel/storage"
)

// A loadRun is the group load under way.
type loadRun struct {
	*runner
	c       Case
	record  *storage.CheckCase
	workers chan struct{} // as many as the webhook allows requests at a time

	mu    sync.Mutex // guards what follows
	b     loadResult
	until time.Time // a Retry-After is waited for until then
	err   error
}

// bear sends valid events at the rate of the load for as long as it lasts.
func (r *runner) runLoad(ctx context.Context, c Case, record *storage.CheckCase) (judgement, error) {
	l := &loadRun{runner: r, c: c, record: record, workers: make(chan struct{}, max(1, r.webhook.Delivery.Concurrency))}
	l.b.timeout = r.webhook.Delivery.Timeout
	began := r.cfg.Now()
	l.dispatch(ctx)
	for range cap(l.workers) {
		l.workers <- struct{}{}
	}
	l.b.lasted = r.cfg.Now().Sub(began)
	r.run.Load = l.b.measured()
	if ctx.Err() != nil {
		return judgement{}, ctx.Err()
	}
	return judgeLoad(l.b), l.err
}

// dispatch sends the events, each in a goroutine as soon as a worker is free. It returns early if
// the run is cut short.
func (l *loadRun) dispatch(ctx context.Context) {
	pace := newPace(l.options.LoadRate, l.cfg).after(l.pace)
	for range l.options.LoadRequests() {
		if !l.ready(ctx) || pace.take(ctx, 1) != nil {
			return
		}
		event, err := l.eventSource.of(storage.StatusDelivered)
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
			l.one(ctx, q, made[0])
		}()
	}
}

// ready waits for a Retry-After, and reports whether to go on.
func (l *loadRun) ready(ctx context.Context) bool {
	l.mu.Lock()
	stop, pause := l.b.gaveUp || l.err != nil, l.until.Sub(l.cfg.Now())
	l.mu.Unlock()
	if stop || ctx.Err() != nil {
		return false
	}
	return pause <= 0 || l.cfg.Wait(ctx, pause)
}

// failed records an error, and reports whether there was one. That the run may send no more
// requests ends the load but is no error.
func (l *loadRun) failed(err error) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if errors.Is(err, errSpent) {
		l.b.cutAt = l.options.MaxRequests
		return true
	}
	l.err = errors.Join(l.err, err)
	return err != nil
}

// one makes one attempt. The first 429 with Retry-After pauses the load; a 429 after that pause
// ends it, because the endpoint does not take the rate even then.
func (l *loadRun) one(ctx context.Context, q request, d storage.Delivery) {
	a, after, err := l.attempt(ctx, q, d)
	if l.failed(err) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.b.answers = append(l.b.answers, a)
	if a.code != 429 {
		return
	}
	l.b.limited++
	now := l.cfg.Now()
	switch after = min(after, maxRetryAfter); {
	case after <= 0 || now.Before(l.until): // of a request that was on its way before
	case l.b.obeyed > 0:
		l.b.gaveUp = true
	default:
		l.b.obeyed, l.until = after, now.Add(after)
	}
}
