package engine

import (
	"context"
	"fmt"
	"time"

	"backchannel/engine/policy"
	"backchannel/storage"
)

// work makes one attempt after another, each to its commit, until there is no job to claim.
// Waiting for the commit bounds what a kill can cost: each worker has at most one attempt
// whose outcome is not recorded, which the next leader will make again.
func (d *dispatcher) work(a *runningAttempt) {
	for a != nil {
		d.deliver(a)
		a, _ = d.claim()
	}
	if d.engine.quota != nil {
		d.client.releaseIdle() // other webhooks may lack the files
	}
	d.queue.wakeUp()
}

// deliver makes an attempt and commits its outcome. Three ends have none, and leave the
// delivery as it was: the engine had to end before the attempt began, or during it, or this
// machine lacked a resource, for which the endpoint is not to blame.
func (d *dispatcher) deliver(a *runningAttempt) {
	if !d.engine.quota.enter(d.engine.working, d.client.releaseIdle) {
		d.unclaim(a)
		return
	}
	defer d.engine.quota.leave()
	if d.engine.quota != nil && d.engine.draining.Load() { // the wait may have been long
		d.unclaim(a)
		return
	}
	r, schedule := d.attempt(a)
	if r.Class == policy.Aborted && !a.cancelled.Load() {
		d.engine.cutOff.Add(1)
		d.unclaim(a)
		return
	}
	if r.Class == policy.Starved && !a.cancelled.Load() {
		d.putBack(a, r.Attempt.Error)
		return
	}
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
	committed := d.engine.committer.commit(o)
	d.queue.finish(a, o.NextAttemptAt)
	if !committed {
		return
	}
	d.engine.stats.count(o.State, o.FinishedAt.Sub(a.job.CreatedAt))
	if changed {
		d.saveBreaker()
	}
}

// attempt tries to deliver the job with the webhook as it is now, which may be another
// version than when the event was enqueued. Only the payload never changes.
func (d *dispatcher) attempt(a *runningAttempt) (Result, []time.Duration) {
	ctx, cancel := context.WithCancel(d.engine.working)
	defer cancel()
	w := d.queue.begin(a, cancel)
	return d.client.Attempt(ctx, &w, &a.job), w.Delivery.Retry
}

// unclaim leaves the job to the next run, as if it had not been claimed.
func (d *dispatcher) unclaim(a *runningAttempt) {
	d.queue.judge(policy.Aborted, a.probe)
	a.stopMarking()
	d.queue.finish(a, time.Time{})
}

// putBack returns a job to the queue, to be tried again when this machine may have the
// resources.
func (d *dispatcher) putBack(a *runningAttempt, lack string) {
	d.queue.judge(policy.Starved, a.probe)
	if a.stopMarking() {
		if err := d.engine.store.ResetSending(d.engine.committing); err != nil {
			d.engine.log.Error("take back what could not be sent", "error", err)
		}
	}
	d.engine.shortages.report(lack)
	d.queue.putBack(a)
}

// saveBreaker stores the circuit breaker as it is when its turn comes, so that of several
// changes the last one remains.
func (d *dispatcher) saveBreaker() {
	d.saving.Lock()
	defer d.saving.Unlock()
	b, name := d.queue.breakerRecord()
	if err := d.engine.store.SaveBreaker(d.engine.committing, b); err != nil {
		d.engine.log.Error("save circuit breaker", "webhook", name, "error", err)
	}
	text := fmt.Sprintf("%s answers again: its circuit breaker is closed", name)
	if b.Open() {
		text = fmt.Sprintf("%s failed %d times in a row: its circuit breaker is open, the next try is in %s",
			name, b.Failures, b.Wait)
	}
	d.engine.activity.record(d.engine.committing, storage.Activity{Kind: storage.ActivityBreaker, WebhookID: b.WebhookID, Text: text})
}
