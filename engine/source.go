package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"backchannel/engine/policy"
	"backchannel/storage"
)

// A Source hands jobs to an engine that does not read them from its store, because several
// engines share them. Its methods must be safe for use by several goroutines.
type Source interface {
	// Open begins to hand a webhook's jobs to its worker. It must not block.
	Open(w *Worker)
	// Close ends that. It must not block either: both are called while the set of dispatchers is
	// locked.
	Close(w *Worker)
	// ChangeBreaker changes a circuit breaker that the engines share. It returns the changed
	// breaker once it is stored. change may be called several times.
	ChangeBreaker(ctx context.Context, webhook storage.ID, change func(storage.Breaker) storage.Breaker) (storage.Breaker, error)
}

// hintGap is the minimum time between two reads of a shared store after changes. The source itself
// reports what has to happen sooner.
const hintGap = 25 * time.Millisecond

// NewShared is [New] for an engine that gets its jobs from a source. Any number of them may run
// on a store.
func NewShared(store Store, cfg Config, source Source) *Engine {
	e := New(store, cfg)
	e.source = source
	return e
}

// A Part is how much of what a webhook allows one of several engines may use. The parts of all
// engines add up to what the webhook allows.
type Part struct {
	Concurrency int  // attempts in flight
	Engines     int  // those that share the rate
	Probes      bool // this engine makes the probes of an open circuit breaker
}

// A Worker attempts the jobs of one webhook that a source hands to it, when they may begin.
type Worker struct{ d *dispatcher }

// WebhookID returns the ID of the worker's webhook.
func (w *Worker) WebhookID() storage.ID { return w.d.queue.id }

// Allowed returns how many attempts the webhook allows at a time, by all engines together.
func (w *Worker) Allowed() int {
	w.d.queue.mu.Lock()
	defer w.d.queue.mu.Unlock()
	if w.d.queue.admission.closed {
		return 0
	}
	return w.d.queue.admission.webhook.Delivery.Concurrency
}

// Divide sets how much of what the webhook allows the worker may use. Until it is called, the
// worker begins no attempt: the other engines may already use all of it.
func (w *Worker) Divide(p Part) {
	w.d.queue.mu.Lock()
	defer w.d.queue.mu.Unlock()
	if before := w.d.queue.admission.part; before == nil || *before != p {
		w.d.queue.admission.divide(p, w.d.queue.now())
		w.d.queue.wakeUp()
	}
}

// InFlight returns how many attempts are in flight. Once it has fallen to the part's concurrency,
// it does not rise above it until Divide is called again.
func (w *Worker) InFlight() int { return int(w.d.queue.inFlight().total()) }

// Has reports whether the worker has the job of a delivery.
func (w *Worker) Has(delivery storage.ID) bool {
	q := w.d.queue
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.running[delivery] != nil || slices.ContainsFunc(q.taken, func(t *Taken) bool { return t.job.DeliveryID == delivery })
}

// Idle reports whether the worker has no job.
func (w *Worker) Idle() bool {
	w.d.queue.mu.Lock()
	defer w.d.queue.mu.Unlock()
	return len(w.d.queue.running)+len(w.d.queue.taken) == 0
}

// Woken returns a channel that holds a notice after a change that may have made room for a job or
// allowed one to begin.
func (w *Worker) Woken() <-chan struct{} { return w.d.queue.wake }

// Capacity returns how many jobs to give to the worker now. If that is none, it returns after how
// long to ask again.
func (w *Worker) Capacity() (n int, wait time.Duration) {
	if w.d.engine.halted() {
		return 0, storage.Never
	}
	return w.d.taken.capacity()
}

// A Taken is a job that a worker has taken.
type Taken struct {
	job   storage.Job
	ended Ended
	held  bool // it must not begin yet, because its delivery is not committed
}

// An Ended is called when a worker has finished with a job. If back is true, no attempt counts
// and nothing was stored: any engine may attempt the job again, after the given time. It must
// neither block nor call the worker.
type Ended func(back bool, after time.Duration)

// Take gives a job to the worker. The caller must call [Worker.Start] afterwards.
func (w *Worker) Take(job storage.Job, ended Ended) {
	w.d.queue.mu.Lock()
	defer w.d.queue.mu.Unlock()
	w.d.queue.taken = append(w.d.queue.taken, &Taken{job: job, ended: ended})
}

// Offer is [Worker.Take] for a job whose delivery is about to be committed. It returns nil if the
// worker has no capacity for it. The caller must call [Worker.Settle] once the outcome is known.
func (w *Worker) Offer(job storage.Job, ended Ended) *Taken {
	t := &Taken{job: job, ended: ended, held: true}
	if w.d.engine.halted() || !w.d.taken.offer(t) {
		return nil
	}
	return t
}

// Settle begins to attempt jobs that were offered, or forgets them if they are not committed.
func (w *Worker) Settle(committed bool, offered ...*Taken) {
	w.d.taken.settle(committed, offered)
	w.Start()
}

// Start begins the attempts that may begin. Call it again after the time that it returns, and
// after a notice of [Worker.Woken].
func (w *Worker) Start() (wait time.Duration) {
	return w.d.taken.start(w.d.engine.halted, func(t *Taken, a *runningAttempt) {
		w.d.engine.marker.notice()
		w.d.engine.routines.spawn(func() { w.work(t, a) })
	})
}

// work makes one attempt after another, as long as they may begin.
func (w *Worker) work(t *Taken, a *runningAttempt) {
	for t != nil {
		t.ended(w.d.deliver(a))
		t, a = w.d.taken.then(w.d.engine.halted)
	}
	w.d.queue.wakeUp()
}

// handOver opens the dispatcher's worker at the source, which hands over the jobs from then on.
func (d *dispatcher) handOver() {
	d.worker = &Worker{d}
	d.worker.Divide(Part{})
	d.engine.source.Open(d.worker)
}

// shareOutcome counts the outcome of an attempt in the circuit breaker that engines share. It
// skips the one outcome that cannot change it, a success while no failure is counted, because it
// is by far the most frequent and would cost a transaction.
func (d *dispatcher) shareOutcome(class policy.Class, probe, clean bool) {
	if class != policy.Retryable && clean {
		return
	}
	changed := false
	d.changeBreaker(func(b *policy.Breaker) {
		changed = b.End(class, probe && b.Open(), d.engine.now())
	})
	if changed {
		b, name := d.queue.breakerRecord()
		d.recordBreaker(b, name)
	}
}

// changeBreaker changes the shared circuit breaker, and this engine's after it.
func (d *dispatcher) changeBreaker(change func(*policy.Breaker)) {
	e := d.engine
	stored, err := e.source.ChangeBreaker(e.committing, d.queue.id, func(r storage.Breaker) storage.Breaker {
		b := policy.RestoredBreaker(r)
		change(&b)
		return b.Record(d.queue.id)
	})
	if err != nil {
		e.log.Error("save circuit breaker", "webhook", d.queue.id, "error", err)
		return
	}
	d.queue.follow(stored)
}

// follow sets the circuit breaker to the stored one. If it now opens for a shorter time, a probe
// may be due.
func (q *webhookQueue) follow(b storage.Breaker) {
	q.mu.Lock()
	defer q.mu.Unlock()
	before := q.admission.breaker.Record(q.id)
	q.admission.breaker.Follow(b)
	if b.OpenUntil.Before(before.OpenUntil) {
		q.wakeUp()
	}
}

// followBreakers reads the circuit breakers that other engines may have changed.
func (e *Engine) followBreakers(ctx context.Context) error {
	breakers, err := e.store.Breakers(ctx)
	if err != nil {
		return fmt.Errorf("read circuit breakers: %w", err)
	}
	for _, d := range e.dispatchers.all() {
		d.queue.follow(breakerOf(breakers, d.queue.id))
	}
	return nil
}

// probeNow makes the next probe of an open circuit breaker due at once.
func (d *dispatcher) probeNow() {
	d.queue.mu.Lock()
	probes := d.queue.admission.breaker.Open() && d.queue.admission.part != nil && d.queue.admission.part.Probes
	d.queue.mu.Unlock()
	if probes {
		d.changeBreaker(func(b *policy.Breaker) { b.ProbeNow(d.engine.now()) })
	}
}

// unmark forgets which attempts are marked as sending. The store's ResetSending has undone the
// marks of all attempts of this process, so those still in flight need a new one.
func (e *Engine) unmark() {
	for _, d := range e.dispatchers.all() {
		for _, a := range d.queue.startedBefore(e.now()) {
			a.marking.Lock()
			a.isMarked = false
			a.marking.Unlock()
		}
	}
}
