package engine

import (
	"context"
	"math"
	"time"

	"backchannel/storage"
)

// hint says that the store may hold something new.
func (l *dispatcher) hint() {
	l.mu.Lock()
	l.scan.hint(l.engine.now())
	l.mu.Unlock()
	l.poke()
}

// expect says when the next attempt is due of a dispatcher that has nothing in hand.
func (l *dispatcher) expect(at time.Time) {
	l.mu.Lock()
	now := l.engine.now()
	if at.After(now) && at.After(l.scan.latest) {
		l.scan.due(at)
	} else {
		l.scan.hint(now)
	}
	l.mu.Unlock()
	l.poke()
}

// refill reads a page from the store if one is wanted, and says after how long the next
// one will be.
func (l *dispatcher) refill(ctx context.Context) time.Duration {
	p, wait := l.beginPage()
	if p == nil {
		return wait
	}
	jobs, err := l.engine.store.Due(ctx, p.query)
	if err != nil {
		l.giveUpPage()
		l.engine.readFailed(ctx, err)
		return scanRetry
	}
	l.engine.readWorked()
	if lookAhead := l.endPage(*p, jobs); lookAhead {
		l.lookAhead(ctx, p.query.Until)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_, wait = l.scanDue(l.engine.now())
	return wait
}

// scanDue says whether the next page is to be a full scan, and in how long it is due.
func (l *dispatcher) scanDue(now time.Time) (full bool, wait time.Duration) {
	if l.idleOnPurpose() || l.queue.len() > l.lowWatermark() {
		return false, never
	}
	wait = l.scan.fullScanIn(now)
	if wait > 0 && (l.scan.hinted || l.scan.more) {
		return false, 0
	}
	return true, wait
}

// lowWatermark is how short the queue must be for another page. While it is not known that there
// is more, pages are small: they are worth reading only for what can start soon.
func (l *dispatcher) lowWatermark() int {
	if l.scan.more {
		return lowWater
	}
	return min(l.webhook.Delivery.Concurrency/2, lowWater)
}

func (l *dispatcher) beginPage() (*page, time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.engine.now()
	full, wait := l.scanDue(now)
	if wait > 0 {
		return nil, wait
	}
	room := max(l.scan.capacity()-l.queue.len(), 1)
	p := l.scan.begin(now, full, room, len(l.queued)+len(l.running))
	p.query.WebhookID = l.id
	return &p, 0
}

// endPage queues what is new on the page.
func (l *dispatcher) endPage(p page, jobs []storage.Job) (lookAhead bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, j := range jobs {
		if !l.has(j.DeliveryID) && !l.idleOnPurpose() {
			l.enqueue(j, p.wall)
		}
	}
	return l.scan.end(p, jobs)
}

func (l *dispatcher) has(id storage.ID) bool {
	return l.queued[id] || l.running[id] != nil || l.scan.during[id]
}

// enqueue leaves alone what is due only by a clock that was set back since: except what
// was never attempted, which waits for nothing.
func (l *dispatcher) enqueue(j storage.Job, now time.Time) {
	if j.Attempts > 0 && j.NextAttemptAt.After(now) {
		l.scan.due(j.NextAttemptAt)
		return
	}
	l.queue.push(j)
	l.queued[j.DeliveryID] = true
}

func (l *dispatcher) giveUpPage() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.scan.endReading()
	l.scan.fullScanAt = l.engine.now().Add(scanRetry)
}

// lookAhead finds out when the first attempt behind a time is due.
func (l *dispatcher) lookAhead(ctx context.Context, behind time.Time) {
	jobs, err := l.engine.store.Due(ctx, storage.DueQuery{
		WebhookID: l.id, Until: behind.AddDate(1, 0, 0), After: storage.Cursor{At: behind, ID: math.MaxInt64}, Limit: 1,
	})
	if err != nil {
		l.engine.readFailed(ctx, err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case err != nil:
		l.scan.fullScanAt = l.engine.now().Add(scanRetry)
	case len(jobs) == 0:
	case jobs[0].Attempts == 0: // enqueued before the clock was set back
		l.scan.latest, l.scan.fullScanAt = jobs[0].NextAttemptAt, l.engine.now()
	default:
		l.scan.due(jobs[0].NextAttemptAt)
	}
}

// retry puts a job at the head of the queue, as read says it is; behind an open breaker
// it becomes the probe.
func (l *dispatcher) retry(read func() (storage.Job, bool)) {
	l.mu.Lock()
	l.scan.beginReading()
	l.mu.Unlock()
	job, ok := read()
	l.mu.Lock()
	defer l.mu.Unlock()
	stale := l.scan.during[job.DeliveryID] || l.running[job.DeliveryID] != nil
	l.scan.endReading()
	if !ok || stale || l.idleOnPurpose() || l.queue.len() > 2*maxQueue {
		return
	}
	l.queue.remove(job.DeliveryID)
	l.queue.pushFront(job)
	l.queued[job.DeliveryID] = true
	l.breaker.probeNow(l.engine.now())
	l.poke()
}
