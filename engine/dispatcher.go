package engine

import (
	"context"
	"math"
	"sync"
	"time"

	"backchannel/engine/policy"
	"backchannel/storage"
)

// A dispatcher delivers one webhook's work: it fills the queue from the store, and starts as many
// workers as may make attempts at once. Dispatchers share only the store and the engine's quota,
// so a slow endpoint does not delay the deliveries to another.
type dispatcher struct {
	engine *Engine
	queue  *webhookQueue
	pages  pager // of the queue
	client *Client
	worker *Worker  // nil unless a source hands over the jobs
	taken  handover // of the queue, if there is a worker

	saving sync.Mutex // orders the commits of the circuit breaker
}

func newDispatcher(e *Engine, w storage.Webhook, b storage.Breaker) *dispatcher {
	queue := newWebhookQueue(w, policy.RestoredBreaker(b), e.cfg.Concurrency, e.cfg.Now)
	return &dispatcher{engine: e, client: newClient(e.endpoints, e.cfg.Now), queue: queue, pages: pager{queue}, taken: handover{queue}}
}

// run makes passes until ctx is done.
func (d *dispatcher) run(ctx context.Context) { storage.Repeat(ctx, d.queue.wake, d.pass) }

// pass fills the queue if that is due and starts what may start. It returns after how long
// to make the next pass unless the queue asks for one earlier.
func (d *dispatcher) pass(ctx context.Context) time.Duration {
	again := d.refill(ctx)
	for {
		a, wait := d.claim()
		if a == nil {
			return min(again, wait)
		}
		d.engine.routines.spawn(func() { d.work(a) })
	}
}

// claim claims the next job if an attempt may begin now. Otherwise it returns nil and
// after how long to ask again.
func (d *dispatcher) claim() (*runningAttempt, time.Duration) {
	if d.engine.halted() {
		return nil, storage.Never
	}
	a, wait := d.queue.claim()
	if a != nil {
		d.engine.marker.notice()
	}
	return a, wait
}

// refill reads a page from the store if one is due, and returns in how long the next one
// is.
func (d *dispatcher) refill(ctx context.Context) time.Duration {
	p, wait := d.pages.beginPage()
	if p == nil {
		return wait
	}
	jobs, err := d.engine.store.Due(ctx, p.query)
	if err != nil {
		d.pages.failPage()
		d.engine.reads.failed(ctx, err)
		return scanRetry
	}
	d.engine.reads.succeeded()
	lookAhead, wait := d.pages.endPage(p, jobs)
	if !lookAhead {
		return wait
	}
	return d.lookAhead(ctx, p.query.Until)
}

// lookAhead finds out when the first delivery after a time is due, and returns in how long
// the next page is.
func (d *dispatcher) lookAhead(ctx context.Context, after time.Time) time.Duration {
	later, err := d.engine.store.Due(ctx, storage.DueQuery{
		WebhookID: d.queue.id, Until: after.AddDate(1, 0, 0), After: storage.Cursor{At: after, ID: math.MaxInt64}, Limit: 1,
	})
	if err != nil {
		d.engine.reads.failed(ctx, err)
	}
	return d.pages.endLookAhead(later, err == nil)
}

// close prevents further attempts, and closes the connections.
func (d *dispatcher) close() {
	d.queue.close()
	d.client.Close()
	if d.worker != nil {
		d.engine.source.Close(d.worker)
	}
}
