package river

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river/rivertype"

	"backchannel/engine"
	"backchannel/storage"
)

const (
	// idle is how long a queue without a known job rests at most: nothing is known only of jobs
	// whose commit this process did not hear of.
	idle = time.Second
	// kickAgain is after how long River is asked again to take jobs.
	kickAgain = 100 * time.Millisecond
	// turnWait is how long a planned event waits for the one before it until it is looked at again.
	turnWait = 30 * time.Millisecond
	// committing is how long after it was told of a job the commit may take place.
	committing = 300 * time.Millisecond
)

// A queue has River take the jobs of one webhook when there is room, and hands them to the
// engine's worker.
type queue struct {
	node   *Engine
	name   string
	worker *engine.Worker
	taking atomic.Bool   // jobs are on their way
	poke   chan struct{} // holds a notice that there may be something to take
	ended  chan struct{} // closed when the webhook is gone

	added bool // to River; used by coordinate alone, as is held
	held  int  // attempts that may be in flight, as the store knows

	mu        sync.Mutex // guards what follows
	hinted    bool       // there may be a new job
	more      bool       // the last time there was no end to the jobs
	due       time.Time  // when the next one is due, as far as known
	announced time.Time  // when a job was about to be committed last
	taken     map[int64]*engine.Taken
	failures  int // of takes, one after another
}

func newQueue(node *Engine, w *engine.Worker) *queue {
	return &queue{
		node: node, name: queueOf(w.WebhookID()), worker: w, poke: make(chan struct{}, 1), ended: make(chan struct{}),
		hinted: true, taken: map[int64]*engine.Taken{},
	}
}

// wake makes the queue look whether there is something to take. It never blocks.
func (q *queue) wake() {
	select {
	case q.poke <- struct{}{}:
	default:
	}
}

// hint says that there may be a job to take.
func (q *queue) hint() {
	q.mu.Lock()
	q.hinted = true
	q.mu.Unlock()
	q.wake()
}

// expect says when a job is due.
func (q *queue) expect(at time.Time) {
	q.mu.Lock()
	if q.due.IsZero() || at.Before(q.due) {
		q.due = at
	}
	q.mu.Unlock()
	q.wake()
}

// announce says that a job is about to be committed.
func (q *queue) announce(at time.Time) {
	now := q.node.now()
	if at.After(now) {
		q.expect(at)
		return
	}
	q.mu.Lock()
	q.announced = now
	q.mu.Unlock()
}

// committed says that this process has committed something, which may be what it was told of.
func (q *queue) committed(now time.Time) {
	q.mu.Lock()
	lately := !q.announced.IsZero() && now.Sub(q.announced) < committing
	q.mu.Unlock()
	if lately {
		q.hint()
	}
}

// run has River take jobs until the webhook is gone or ctx is done.
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
		timer.Reset(q.look())
	}
}

// look begins the attempts that may begin and has River take jobs if there are any and there is
// room. It returns after how long to look again.
func (q *queue) look() time.Duration {
	again := min(q.worker.Start(), idle) // the clock may be changed
	if wait := q.wait(q.node.now()); wait > 0 {
		return min(wait, again)
	}
	n, wait := q.worker.Room()
	if n == 0 {
		if q.worker.Idle() { // nothing is to be taken
			q.took(context.Background(), nil)
		}
		return min(wait, again)
	}
	q.node.pilot.kick(q.name)
	return min(kickAgain, again)
}

// wait returns how long there is nothing to take, as far as known.
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

// begin forgets what was known of jobs, because they are about to be looked at.
func (q *queue) begin() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.hinted, q.more, q.due = false, false, time.Time{}
}

// take takes jobs as River does, but not more than there is room for, and begins to attempt
// them. It returns those that it has begun.
func (q *queue) take(ctx context.Context, most int) ([]*rivertype.JobRow, error) {
	if q.wait(q.node.now()) > 0 || q.node.stale() {
		return nil, nil
	}
	room, _ := q.worker.Room()
	if room == 0 {
		return nil, nil
	}
	q.taking.Store(true)
	defer q.taking.Store(false)
	q.begin()
	most = min(room, most)
	found, err := take(ctx, q.node.pool, q.name, nameOf(q.node.store.Node()), most)
	if err != nil {
		q.hint()
		q.took(ctx, err)
		return nil, err
	}
	begun, err := q.work(ctx, found)
	q.took(ctx, err)
	q.worker.Start()
	q.mu.Lock()
	q.more = q.more || len(found) == most
	q.mu.Unlock()
	q.wake()
	return begun, err
}

// took notes whether jobs could be taken. What fails once may be that another one was in the way.
func (q *queue) took(ctx context.Context, err error) {
	q.mu.Lock()
	before := q.failures
	if q.failures++; err == nil {
		q.failures = 0
	}
	failures := q.failures
	q.mu.Unlock()
	if before > 1 || failures > 1 {
		q.node.hinder(ctx, "take the jobs of "+q.name, err)
	}
}

// work begins to attempt those of jobs that are to be attempted now.
func (q *queue) work(ctx context.Context, found []*rivertype.JobRow) (begun []*rivertype.JobRow, err error) {
	if len(found) == 0 {
		return nil, nil
	}
	sorted, err := q.node.sort(ctx, found)
	if err != nil { // those that cannot be given back either are found as lost
		for _, job := range found {
			sorted.later.giveBack(job.ID, job.ScheduledAt)
		}
	}
	if failed := sorted.later.apply(ctx, q.node.pool); failed != nil {
		return nil, failed
	}
	if !sorted.again.IsZero() {
		q.expect(sorted.again)
	}
	for _, job := range found {
		if now, ok := sorted.now[deliveryOf(job)]; ok {
			q.begun(job.ID, now)
			begun = append(begun, job)
		}
	}
	return begun, err
}

func (q *queue) begun(id int64, job storage.Job) {
	taken := q.worker.Take(job)
	q.mu.Lock()
	defer q.mu.Unlock()
	q.taken[id] = taken
}

// finish waits until a job is attempted. See [engine.Taken.Wait].
func (q *queue) finish(id int64) (back bool, after time.Duration) {
	q.mu.Lock()
	taken := q.taken[id]
	delete(q.taken, id)
	q.mu.Unlock()
	if taken == nil { // never; the job is given back
		return true, idle
	}
	if back, after = taken.Wait(); back {
		q.expect(q.node.now().Add(after))
	}
	q.wake()
	return back, after
}
