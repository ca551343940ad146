package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"backchannel/storage"
)

const (
	firstCommitRetry = 100 * time.Millisecond
	maxCommitRetry   = 2 * time.Second
)

// work carries one job after another, each to its commit, until there is none to claim.
func (l *dispatcher) work(f *runningAttempt) {
	for f != nil {
		l.deliver(f)
		f, _ = l.take(l.engine.now())
	}
	if l.engine.quota != nil {
		l.client.releaseIdle() // what is kept here, others lack
	}
	l.poke()
}

// deliver makes the attempt and has its outcome kept.
func (l *dispatcher) deliver(f *runningAttempt) {
	if !l.engine.quota.enter(l.engine.working, l.client.releaseIdle) {
		l.unclaim(f)
		return
	}
	defer l.engine.quota.leave()
	if l.engine.quota != nil && l.engine.draining.Load() { // it may have waited for long
		l.unclaim(f)
		return
	}
	r, schedule := l.attempt(f)
	if r.Class == Aborted && !f.called.Load() {
		l.engine.cutOff.Add(1)
		l.unclaim(f)
		return
	}
	if r.Class == Starved && !f.called.Load() {
		l.starved(f, r.Attempt.Error)
		return
	}
	l.fed()
	changed := l.endAttempt(r.Class, f.probe)
	o := l.engine.decide(f, &r, schedule)
	if o.PauseWebhook != "" {
		l.pause(o.PauseWebhook)
	}
	f.stopMarking()
	kept := l.engine.keep(o)
	l.finish(f, o.NextAttemptAt)
	if !kept {
		return
	}
	l.engine.stats.count(o.State, o.FinishedAt.Sub(f.job.CreatedAt))
	if changed {
		l.saveBreaker()
	}
}

// attempt tries to deliver the job with the webhook as it is now.
func (l *dispatcher) attempt(f *runningAttempt) (Result, []time.Duration) {
	ctx, cancel := context.WithCancel(l.engine.working)
	defer cancel()
	l.mu.Lock()
	f.cancel, f.began = cancel, l.engine.now()
	w := l.webhook
	l.mu.Unlock()
	if f.called.Load() {
		cancel()
	}
	return l.client.Attempt(ctx, &w, &f.job), w.Delivery.Retry
}

// unclaim leaves the job as it was before it was claimed: it is for the next run.
func (l *dispatcher) unclaim(f *runningAttempt) {
	l.endAttempt(Aborted, f.probe)
	f.stopMarking()
	l.finish(f, time.Time{})
}

func (l *dispatcher) endAttempt(v OutcomeClass, probe bool) (changed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.breaker.end(v, probe, l.engine.now())
}

func (l *dispatcher) pause(reason string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.webhook.State, l.webhook.StateReason = storage.Paused, reason
	l.dropQueue()
}

// saveBreaker keeps the breaker as it is when its turn comes, so that of several
// changes the last one stays.
func (l *dispatcher) saveBreaker() {
	l.saving.Lock()
	defer l.saving.Unlock()
	l.mu.Lock()
	b, name := l.breaker.record(l.id), l.webhook.Name
	l.mu.Unlock()
	if err := l.engine.store.SaveBreaker(l.engine.committing, b); err != nil {
		l.engine.log.Error("save circuit breaker", "webhook", name, "error", err)
	}
	text := fmt.Sprintf("%s answers again: its circuit breaker is closed", name)
	if b.Open() {
		text = fmt.Sprintf("%s failed %d times in a row: its circuit breaker is open, the next try is in %s",
			name, b.Failures, b.Wait)
	}
	l.engine.record(storage.Activity{Kind: storage.ActivityBreaker, WebhookID: b.WebhookID, Text: text})
}

// stopMarking waits until nobody marks the flight as sending, and keeps it so. It reports
// whether it was marked.
func (f *runningAttempt) stopMarking() bool {
	f.marking.Lock()
	defer f.marking.Unlock()
	f.finished = true
	return f.isMarked
}

// decide says what becomes of the delivery.
func (e *Engine) decide(f *runningAttempt, r *Result, schedule []time.Duration) storage.Outcome {
	now := e.now()
	o := storage.Outcome{Attempt: r.Attempt, FinishedAt: now, State: storage.Failed}
	switch {
	case r.Class == Succeeded:
		o.State = storage.StateDelivered
	case f.called.Load():
		o.State = storage.Cancelled
	case r.Class == Retryable:
		if wait, ok := nextWait(schedule, r.Attempt.N, e.cfg.Jitter(), retryAfter(r.retryAfter, now)); ok {
			o.State, o.NextAttemptAt = storage.Retrying, now.Add(wait)
		}
	}
	if r.Attempt.Code == httpGone {
		o.PauseWebhook = "the endpoint answered 410 Gone: it wants no more events"
	}
	return o
}

// keep commits an outcome, however long that takes, and reports whether it did before
// the engine had to end. While it cannot, nothing more is claimed.
func (e *Engine) keep(o storage.Outcome) (kept bool) {
	err := e.finish(o)
	if err == nil {
		return true
	}
	e.stuck(err)
	cause := err
	defer func() { e.unstuck(cause, kept) }()
	for wait := firstCommitRetry; ; wait = min(2*wait, maxCommitRetry) {
		select {
		case <-e.committing.Done():
			e.log.Error("an outcome is lost, the delivery will be attempted again", "delivery", o.Attempt.DeliveryID, "error", err)
			return false
		case <-time.After(wait):
		}
		if e.isKept(o) {
			return true
		}
		if err = e.finish(o); err == nil {
			return true
		}
	}
}

// finish commits an outcome, unless its delivery is no longer there.
func (e *Engine) finish(o storage.Outcome) error {
	err := e.store.Finish(e.committing, o)
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	}
	return err
}

// isKept reports whether an outcome was committed though its commit seemed to fail.
func (e *Engine) isKept(o storage.Outcome) bool {
	d, err := e.store.Delivery(e.committing, o.Attempt.DeliveryID)
	return err == nil && d.Attempts >= o.Attempt.N
}
