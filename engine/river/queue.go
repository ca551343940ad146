package river

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river/rivertype"

	"backchannel/engine"
	"backchannel/storage"
)

const (
	// idle is how long a queue that knows of no job waits, at most, before it looks for one. That
	// is how it finds jobs whose commit this process did not learn of.
	idle = time.Second
	// takeAgain is the pause before a queue tries again to take jobs after a failure.
	takeAgain = 100 * time.Millisecond
	// takeWithin limits how long taking jobs may last.
	takeWithin = 5 * time.Second
	// turnWait is the pause before checking again whether a planned event must still wait for
	// the one before it.
	turnWait = 30 * time.Millisecond
)

// A queue takes the jobs of one webhook when its worker has capacity, and hands them to it.
type queue struct {
	node   *Engine
	name   string
	worker *engine.Worker
	paused atomic.Bool   // with River's tools
	taking atomic.Bool   // jobs are on their way
	poke   chan struct{} // holds a notice that there may be something to take
	ended  chan struct{} // closed when the webhook is gone

	// Only coordinate uses added and held.
	added bool // to River
	held  int  // this node's share of the concurrency that is stored

	mu       sync.Mutex // guards the fields below
	hinted   bool       // there may be a new job
	more     bool       // the last take reached its limit
	due      time.Time  // when the next job is due, as far as known; zero: none is known
	failures int        // consecutive failures to take jobs
}

func newQueue(node *Engine, w *engine.Worker) *queue {
	return &queue{
		node: node, name: queueOf(w.WebhookID()), worker: w, poke: make(chan struct{}, 1), ended: make(chan struct{}),
		hinted: true,
	}
}

// wake starts a pass. It never blocks.
func (q *queue) wake() { storage.Wake(q.poke) }

// hint notes that there may be a job to take.
func (q *queue) hint() {
	q.mu.Lock()
	q.hinted = true
	q.mu.Unlock()
	q.wake()
}

// expect notes when a job is due.
func (q *queue) expect(at time.Time) {
	q.mu.Lock()
	if q.due.IsZero() || at.Before(q.due) {
		q.due = at
	}
	q.mu.Unlock()
	q.wake()
}

// pause notes whether the queue is paused with River's tools.
func (q *queue) pause(paused bool) {
	if q.paused.Swap(paused) && !paused {
		q.wake()
	}
}

// free reports whether a new delivery may be attempted at once: as far as known, no other one
// comes before it.
func (q *queue) free() bool {
	return !q.paused.Load() && !q.taking.Load() && q.wait(q.node.now()) > 0 && !q.node.stale()
}

// run takes jobs until the webhook is gone or ctx is done.
func (q *queue) run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-q.ended:
			q.took(ctx, nil)
			return
		case <-q.worker.Woken():
		case <-q.poke:
		case <-timer.C:
		}
		timer.Reset(q.look(ctx))
	}
}

// look makes one pass: it starts the attempts that may start, and takes jobs if some are due and
// the worker has capacity. It returns the pause until the next pass.
func (q *queue) look(ctx context.Context) time.Duration {
	again := min(q.worker.Start(), idle) // no longer, because the clock may be changed
	if wait := q.wait(q.node.now()); wait > 0 {
		return min(wait, again)
	}
	n, wait := q.worker.Capacity()
	if n == 0 {
		if q.worker.Idle() { // no attempt may begin, so earlier failures to take jobs delay nothing
			q.took(context.Background(), nil)
		}
		return min(wait, again)
	}
	if q.paused.Load() || q.node.stale() {
		return min(takeAgain, again)
	}
	if err := q.take(ctx, n); err != nil {
		return min(takeAgain, again)
	}
	return 0
}

// wait returns how long no job will be due, as far as known.
func (q *queue) wait(now time.Time) time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.hinted, q.more:
		return 0
	case q.due.IsZero():
		return idle
	}
	return min(max(q.due.Sub(now), 0), idle)
}

// begin clears what is known about jobs before they are read, so that a hint that arrives during
// the read is kept.
func (q *queue) begin() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.hinted, q.more, q.due = false, false, time.Time{}
}

// take takes up to most jobs and starts their attempts.
func (q *queue) take(ctx context.Context, most int) error {
	q.taking.Store(true)
	defer q.taking.Store(false)
	q.begin()
	// With ctx, a shutdown would close the connection, and the jobs already taken would be lost.
	taking, cancel := context.WithTimeout(context.WithoutCancel(ctx), takeWithin)
	defer cancel()
	found, err := take(taking, q.node.pool, q.name, nameOf(q.node.store.Node()), most)
	if err == nil {
		err = q.work(taking, found)
	}
	q.took(ctx, err)
	q.mu.Lock()
	defer q.mu.Unlock()
	q.more = q.more || len(found) == most
	q.hinted = q.hinted || err != nil
	return err
}

// took notes whether taking jobs failed. One failure is not reported, because it may be no more
// than a conflict with another transaction.
func (q *queue) took(ctx context.Context, err error) {
	q.mu.Lock()
	before := q.failures
	if q.failures++; err == nil {
		q.failures = 0
	}
	failures := q.failures
	q.mu.Unlock()
	if before > 1 || failures > 1 {
		q.node.reportObstacle(ctx, "take the jobs of "+q.name, err)
	}
}

// work starts the attempts of the jobs that sort selects for now. It skips jobs that the worker
// already has: they were taken twice, because a crash of the server undid the first time.
func (q *queue) work(ctx context.Context, found []*rivertype.JobRow) error {
	found = slices.DeleteFunc(found, func(job *rivertype.JobRow) bool { return q.worker.Has(deliveryOf(job)) })
	if len(found) == 0 {
		return nil
	}
	sorted, err := q.node.sort(ctx, found)
	if err != nil { // if giving them back fails as well, they are found as lost
		for _, job := range found {
			sorted.later.giveBack(job.ID, job.ScheduledAt)
		}
	}
	if failed := sorted.later.apply(ctx, q.node.pool); failed != nil {
		return failed
	}
	if !sorted.again.IsZero() {
		q.expect(sorted.again)
	}
	for _, job := range found {
		if now, ok := sorted.now[deliveryOf(job)]; ok {
			q.worker.Take(now, q.after(job.ID))
		}
	}
	return err
}

// after returns a function that the worker calls when it has finished with a job.
func (q *queue) after(id int64) engine.Ended {
	return func(back bool, after time.Duration) {
		if back {
			q.node.returns.add(returned{q, id, q.node.now().Add(after)})
		}
		q.wake()
	}
}
