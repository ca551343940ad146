package engine

import (
	"context"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"backchannel/storage"
)

// never is how long nothing happens by itself.
const never = time.Duration(math.MaxInt64)

// A runningAttempt is an attempt under way, from being claimed until its outcome is committed.
type runningAttempt struct {
	job      storage.Job
	began    time.Time // zero while it waits for the engine's quota
	probe    bool
	cancel   context.CancelFunc
	called   atomic.Bool // back, by a person's command
	marking  sync.Mutex  // held while the store marks it as sending
	isMarked bool        // guarded by marking
	finished bool        // guarded by marking; it must not be marked any more
}

// A dispatcher delivers one webhook's work: a bounded queue in memory, refilled from the
// store, and as many attempts in flight as the webhook allows. Dispatchers share nothing but
// the store, so that none can hold up another.
type dispatcher struct {
	engine *Engine
	id     storage.ID    // of the webhook
	wake   chan struct{} // says that a pass is worth while

	mu      sync.Mutex // guards what follows
	webhook storage.Webhook
	breaker breaker
	hunger  hunger
	limiter *rate.Limiter // nil: no limit
	queue   queue
	running map[storage.ID]*runningAttempt
	queued  map[storage.ID]bool
	closed  bool
	scan    fetcher

	client *Client

	saving sync.Mutex // orders the commits of the breaker
}

func newDispatcher(e *Engine, w storage.Webhook, b storage.Breaker) *dispatcher {
	l := &dispatcher{
		engine: e, id: w.ID, wake: make(chan struct{}, 1), breaker: restoredBreaker(b),
		running: map[storage.ID]*runningAttempt{}, queued: map[storage.ID]bool{}, client: newClient(e.endpoints, e.cfg.Now),
	}
	l.scan.fullScanAt = e.now()
	l.update(w)
	return l
}

// run makes passes until ctx ends.
func (l *dispatcher) run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.wake:
		case <-timer.C:
		}
		timer.Reset(l.pass(ctx))
	}
}

// pass refills the queue if that is due, starts what may start, and says how long
// nothing more can happen unless the dispatcher is poked.
func (l *dispatcher) pass(ctx context.Context) time.Duration {
	again := l.refill(ctx)
	for {
		f, wait := l.take(l.engine.now())
		if f == nil {
			return min(again, wait)
		}
		l.engine.spawn(func() { l.work(f) })
	}
}

// hasWork reports whether anything is queued or in flight.
func (l *dispatcher) hasWork() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.queue.len()+len(l.running) > 0
}

// poke asks for a pass. It never blocks.
func (l *dispatcher) poke() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// take claims the next job if anything may start now, else says after how long it may
// be worth asking again.
func (l *dispatcher) take(now time.Time) (*runningAttempt, time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	most := l.webhook.Delivery.Concurrency
	if share := l.engine.cfg.Concurrency; share > 0 {
		most = min(most, share)
	}
	if l.idleOnPurpose() || l.engine.halted() || len(l.running) >= most || l.queue.len() == 0 {
		return nil, never
	}
	if wait := l.hunger.waits(now); wait > 0 {
		return nil, wait
	}
	if len(l.running) >= l.hunger.allows(now, most) {
		return nil, recoverAfter
	}
	if ok, wait := l.breaker.ready(now); !ok {
		if wait == 0 {
			wait = never
		}
		return nil, wait
	}
	if wait := l.reserve(now); wait > 0 {
		return nil, wait
	}
	return l.claim(), 0
}

// idleOnPurpose reports whether nothing is to be sent, whatever there is.
func (l *dispatcher) idleOnPurpose() bool {
	return l.closed || l.webhook.State != storage.Active
}

// reserve takes a token from the bucket, or says when there will be one.
func (l *dispatcher) reserve(now time.Time) time.Duration {
	if l.limiter == nil {
		return 0
	}
	r := l.limiter.ReserveN(now, 1)
	wait := r.DelayFrom(now)
	if wait > 0 {
		r.CancelAt(now)
	}
	return wait
}

func (l *dispatcher) claim() *runningAttempt {
	job := l.queue.pop()
	delete(l.queued, job.DeliveryID)
	f := &runningAttempt{job: job, probe: l.breaker.begin(), cancel: func() {}}
	l.running[job.DeliveryID] = f
	select {
	case l.engine.claimed <- struct{}{}:
	default:
	}
	if l.queue.len() == l.lowWatermark() {
		l.poke()
	}
	return f
}

// finish ends a flight whose outcome is committed, or which left no trace.
func (l *dispatcher) finish(f *runningAttempt, next time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.running, f.job.DeliveryID)
	l.scan.ended(f.job.DeliveryID)
	if !next.IsZero() {
		l.scan.due(next)
		l.poke()
	}
}

// update takes over what was saved of the webhook.
func (l *dispatcher) update(w storage.Webhook) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := l.webhook
	l.webhook = w
	if before.ID != 0 && before.Version != w.Version {
		l.breaker.probeNow(l.engine.now()) // whoever edits it wants to see whether that helps
	}
	if before.Delivery.RatePerSec != w.Delivery.RatePerSec {
		l.limiter = newLimiter(w.Delivery.RatePerSec)
	}
	if w.State != storage.Active {
		l.dropQueue()
	} else if before.State != storage.Active {
		l.scan.fullScanAt = l.engine.now()
	}
	l.poke()
}

// newLimiter makes a bucket that holds what comes in 50 ms: timers are too coarse to let
// thousands a second through one by one.
func newLimiter(perSecond float64) *rate.Limiter {
	if perSecond == 0 {
		return nil
	}
	return rate.NewLimiter(rate.Limit(perSecond), max(1, int(perSecond/20)))
}

// dropQueue leaves to the store what is not in flight.
func (l *dispatcher) dropQueue() {
	l.queue.clear()
	clear(l.queued)
	l.scan.more = false
}

// close starts nothing more.
func (l *dispatcher) close() {
	l.mu.Lock()
	l.closed = true
	l.dropQueue()
	l.mu.Unlock()
	l.client.Close()
}

// cancel drops a job, or aborts its attempt.
func (l *dispatcher) cancel(id storage.ID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.scan.ended(id)
	if l.queued[id] {
		l.queue.remove(id)
		delete(l.queued, id)
	}
	if f := l.running[id]; f != nil {
		f.called.Store(true)
		f.cancel()
	}
}

// overdue lists the flights that began before a time.
func (l *dispatcher) overdue(before time.Time) (found []*runningAttempt) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, f := range l.running {
		if !f.began.IsZero() && f.began.Before(before) {
			found = append(found, f)
		}
	}
	return found
}
