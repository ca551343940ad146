package engine

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"backchannel/engine/policy"
	"backchannel/storage"
)

// A runningAttempt is an attempt, from the claim of its job until its outcome is committed.
type runningAttempt struct {
	job       storage.Job
	began     time.Time // zero while it waits for the engine's quota
	probe     bool
	cancel    context.CancelFunc
	cancelled atomic.Bool // by a person
	marking   sync.Mutex  // held while the store marks it as sending; guards the fields below
	isMarked  bool
	finished  bool // it must not be marked any more
}

// stopMarking waits until the attempt is not being marked, prevents later marks, and reports
// whether it is marked.
func (a *runningAttempt) stopMarking() bool {
	a.marking.Lock()
	defer a.marking.Unlock()
	a.finished = true
	return a.isMarked
}

// A webhookQueue holds the work of one webhook that is in memory: what is queued, what is in
// flight, and whether more may begin. It does no I/O; its dispatcher does.
type webhookQueue struct {
	id   storage.ID // of the webhook
	now  func() time.Time
	wake chan struct{} // holds a notice that the dispatcher should check the queue

	mu        sync.Mutex // guards the fields below
	admission admission
	fetcher   fetcher
	queue     queue
	running   map[storage.ID]*runningAttempt
	taken     []*Taken            // jobs that a source has handed over, and that have not begun
	took      time.Duration       // how long an attempt takes on average
	messages  map[storage.ID]bool // messages with a planned event in flight for the first time
}

func newWebhookQueue(w storage.Webhook, breaker policy.Breaker, share int, now func() time.Time) *webhookQueue {
	q := &webhookQueue{
		id: w.ID, now: now, wake: make(chan struct{}, 1),
		admission: admission{share: share, breaker: breaker}, running: map[storage.ID]*runningAttempt{},
		messages: map[storage.ID]bool{},
	}
	q.fetcher.fullScanAt = now()
	q.update(w)
	return q
}

// wakeUp makes the dispatcher check the queue. It never blocks.
func (q *webhookQueue) wakeUp() { storage.Wake(q.wake) }

// hasWork reports whether anything is queued or in flight.
func (q *webhookQueue) hasWork() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.queue.len()+len(q.running) > 0
}

// claim claims the next job if an attempt may begin now. Otherwise it returns nil and
// after how long to ask again.
func (q *webhookQueue) claim() (*runningAttempt, time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	next := q.queue.first(q.inTurn)
	if next < 0 {
		return nil, storage.Never
	}
	if wait := q.admission.wait(q.now(), len(q.running)); wait > 0 {
		return nil, wait
	}
	job := q.queue.take(next)
	if m := plannedMessage(job); m != 0 {
		q.messages[m] = true
	}
	a := &runningAttempt{job: job, probe: q.admission.breaker.Begin(), cancel: func() {}}
	q.running[job.DeliveryID] = a
	if q.queue.len() == q.lowWatermark() {
		q.wakeUp()
	}
	return a, 0
}

// inTurn reports whether a job may be attempted now. The planned events of a message go out one
// after another, so that they arrive in the planned order even if several are overdue after a
// restart or a pause. Only the first attempt counts: while a failed event waits for its retry,
// the next one goes out when it is due.
func (q *webhookQueue) inTurn(j storage.Job) bool { return !q.messages[plannedMessage(j)] }

// plannedMessage returns the message of a job that is the first attempt at a planned event, or 0
// for other jobs.
func plannedMessage(j storage.Job) storage.ID {
	if j.Attempts > 0 || j.DueAt.IsZero() {
		return 0
	}
	return j.MessageID
}

// ended removes an attempt. The caller holds mu.
func (q *webhookQueue) ended(a *runningAttempt) {
	delete(q.running, a.job.DeliveryID)
	delete(q.messages, plannedMessage(a.job))
}

// begin records that a claimed attempt begins, and returns the webhook as it is now.
func (q *webhookQueue) begin(a *runningAttempt, cancel context.CancelFunc) storage.Webhook {
	q.mu.Lock()
	defer q.mu.Unlock()
	a.cancel, a.began = cancel, q.now()
	if a.cancelled.Load() {
		cancel()
	}
	return q.admission.webhook
}

// judge records the class of an attempt's outcome and reports whether the circuit breaker
// has changed.
func (q *webhookQueue) judge(class policy.Class, probe bool) (changed bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.admission.end(class, probe, q.now())
}

// finish ends an attempt whose outcome is committed, or that has none. next is when the
// delivery is due again; zero: not at a known time.
func (q *webhookQueue) finish(a *runningAttempt, next time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ended(a)
	q.fetcher.ended(a.job.DeliveryID)
	if !next.IsZero() {
		q.fetcher.due(next)
		q.wakeUp()
	}
}

// putBack returns the job of an attempt for which this machine lacked a resource. The job goes to the
// front, because its turn had come.
func (q *webhookQueue) putBack(a *runningAttempt) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ended(a)
	q.admission.throttle.reduce(q.now(), len(q.running))
	if q.admission.idle() {
		q.fetcher.ended(a.job.DeliveryID)
		return
	}
	q.queue.pushFront(a.job)
}

// update replaces the webhook by a newer version, and reports whether there was another one.
func (q *webhookQueue) update(w storage.Webhook) (edited bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	edited = q.admission.webhook.Version != w.Version
	wasActive := q.admission.webhook.State == storage.Active
	q.admission.update(w, q.now())
	if w.State != storage.Active {
		q.clear()
	} else if !wasActive {
		q.fetcher.fullScanAt = q.now()
	}
	q.wakeUp()
	return edited
}

// pause pauses the webhook before the store's change arrives. In the meantime the workers
// would make further attempts, each of which gets the same 410.
func (q *webhookQueue) pause(reason string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.admission.webhook.State, q.admission.webhook.StateReason = storage.Paused, reason
	q.clear()
}

// clear empties the queue. The store still has its jobs, which a full scan finds when the
// webhook is active again.
func (q *webhookQueue) clear() {
	q.giveUp()
	q.queue.clear()
	q.fetcher.more = false
}

// close prevents further attempts.
func (q *webhookQueue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.admission.closed = true
	q.clear()
}

// cancel removes a delivery's job or aborts its attempt. A page that is being read may still
// return the delivery, as it was before.
func (q *webhookQueue) cancel(id storage.ID) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.fetcher.ended(id)
	q.queue.remove(id)
	q.drop(id)
	if a := q.running[id]; a != nil {
		a.cancelled.Store(true)
		a.cancel()
	}
}

// startedBefore returns the attempts that began before a time.
func (q *webhookQueue) startedBefore(at time.Time) (found []*runningAttempt) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, a := range q.running {
		if !a.began.IsZero() && a.began.Before(at) {
			found = append(found, a)
		}
	}
	return found
}

// inFlightCounts counts attempts in flight: first ones, and retries.
type inFlightCounts struct{ first, again int64 }

func (f inFlightCounts) total() int64 { return f.first + f.again }

// inFlight counts the attempts from their claim to their commit.
func (q *webhookQueue) inFlight() (n inFlightCounts) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, a := range q.running {
		if a.job.Attempts == 0 {
			n.first++
		} else {
			n.again++
		}
	}
	return n
}

// parked reports whether the deliveries that are not in flight are parked.
func (q *webhookQueue) parked() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.admission.idle() || q.admission.breaker.Open()
}

// cleanBreaker reports whether the circuit breaker counts no failures.
func (q *webhookQueue) cleanBreaker() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.admission.breaker.Clean()
}

// breakerRecord returns the circuit breaker as a record to store, and the webhook's name.
func (q *webhookQueue) breakerRecord() (storage.Breaker, string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.admission.breaker.Record(q.id), q.admission.webhook.Name
}
