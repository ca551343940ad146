package engine

import (
	"context"
	"fmt"
	"time"

	"backchannel/engine/policy"
	"backchannel/storage"
)

// work makes one attempt after another, waiting for the commit of each, until there is no job to claim.
// Waiting for the commit bounds the cost of a kill: each worker has at most one attempt whose outcome
// is not recorded, which the next leader makes again.
func (d *dispatcher) work(a *runningAttempt) {
	for a != nil {
		d.deliver(a)
		a, _ = d.claim()
	}
	if d.engine.quota != nil {
		d.client.releaseIdle() // other webhooks may need the file descriptors
	}
	d.queue.wakeUp()
}

// deliver makes an attempt and commits its outcome. In three cases there is no outcome, and the
// delivery stays as it was, to be attempted again later: the engine ended before the attempt
// began, or during it, or this machine lacked a resource, which is not the endpoint's fault. Then
// deliver returns true, and after how long a source should offer the job again.
func (d *dispatcher) deliver(a *runningAttempt) (back bool, after time.Duration) {
	if !d.engine.quota.enter(d.engine.working, d.client.releaseIdle) {
		d.unclaim(a)
		return true, 0
	}
	defer d.engine.quota.leave()
	if d.engine.quota != nil && d.engine.draining.Load() { // the wait may have been long
		d.unclaim(a)
		return true, 0
	}
	r, schedule := d.attempt(a)
	if r.Class == policy.Aborted && !a.cancelled.Load() {
		d.engine.cutOff.Add(1)
		d.unclaim(a)
		return true, 0
	}
	if r.Class == policy.Starved && !a.cancelled.Load() {
		return true, d.putBack(a, r.Attempt.Error)
	}
	return !d.conclude(a, &r, schedule), 0
}

// conclude commits the outcome of an attempt. The circuit breaker and the pause after a 410 come
// first, so that no further attempt begins during the commit.
func (d *dispatcher) conclude(a *runningAttempt, r *Result, schedule []time.Duration) (committed bool) {
	clean := d.queue.cleanBreaker()
	changed := d.queue.judge(r.Class, a.probe)
	o := policy.Decide(policy.Attempt{
		Class: r.Class, N: r.Attempt.N, Code: r.Attempt.Code, RetryAfter: r.retryAfter,
		Cancelled: a.cancelled.Load(), Schedule: schedule,
	}, d.engine.cfg.Jitter(), d.engine.now())
	o.Attempt = r.Attempt
	if o.PauseWebhook != "" {
		d.queue.pause(o.PauseWebhook)
	}
	a.stopMarking()
	committed = d.engine.committer.commit(o)
	d.queue.finish(a, o.NextAttemptAt)
	if !committed {
		return false
	}
	d.engine.stats.count(o.State, o.FinishedAt.Sub(a.job.CreatedAt))
	switch {
	case d.engine.source != nil:
		d.taken.measure(r.Attempt.Timings.Total)
		d.shareOutcome(r.Class, a.probe, clean)
	case changed:
		d.saveBreaker()
	}
	return true
}

// attempt attempts the delivery with the current version of the webhook, which may be newer than
// when the event was enqueued. Only the payload never changes.
func (d *dispatcher) attempt(a *runningAttempt) (Result, []time.Duration) {
	ctx, cancel := context.WithCancel(d.engine.working)
	defer cancel()
	w := d.queue.begin(a, cancel)
	return d.client.Attempt(ctx, &w, &a.job), w.Delivery.Retry
}

// unclaim leaves the job to the next run of an engine, as if it had not been claimed. The probe of a circuit
// breaker is given back as well.
func (d *dispatcher) unclaim(a *runningAttempt) {
	d.queue.judge(policy.Aborted, a.probe)
	a.stopMarking()
	d.queue.finish(a, time.Time{})
}

// putBack returns a job to the queue, to be attempted again when this machine may have the resource. A
// job that a source handed over is not put back; putBack returns after how long the source should
// offer it again.
func (d *dispatcher) putBack(a *runningAttempt, resource string) (after time.Duration) {
	d.queue.judge(policy.Starved, a.probe)
	if a.stopMarking() {
		if err := d.engine.store.ResetSending(d.engine.committing); err != nil {
			d.engine.log.Error("take back deliveries that could not be sent", "error", err)
		}
		d.engine.unmark()
	}
	d.engine.shortages.report(resource)
	if d.engine.source != nil {
		return d.taken.giveBack(a)
	}
	d.queue.putBack(a)
	return 0
}

// saveBreaker stores the current state of the circuit breaker. It reads that state under the lock, so
// that after several changes the last one is stored.
func (d *dispatcher) saveBreaker() {
	d.saving.Lock()
	defer d.saving.Unlock()
	b, name := d.queue.breakerRecord()
	if err := d.engine.store.SaveBreaker(d.engine.committing, b); err != nil {
		d.engine.log.Error("save circuit breaker", "webhook", name, "error", err)
	}
	d.recordBreaker(b, name)
}

// recordBreaker records an activity: the circuit breaker has opened or closed, or waits longer.
func (d *dispatcher) recordBreaker(b storage.Breaker, name string) {
	text := fmt.Sprintf("%s answers again: its circuit breaker is closed", name)
	if b.Open() {
		text = fmt.Sprintf("%s failed %d times in a row: its circuit breaker is open, the next attempt is in %s",
			name, b.Failures, b.Wait)
	}
	d.engine.activity.record(d.engine.committing, storage.Activity{Kind: storage.ActivityBreaker, WebhookID: b.WebhookID, Text: text})
}
