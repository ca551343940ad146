package engine

import (
	"time"

	"backchannel/storage"
)

// A pager fills a queue with what the store has, a page at a time.
type pager struct{ *webhookQueue }

// hint records that the store may have something new.
func (q pager) hint() {
	q.mu.Lock()
	q.fetcher.hint(q.now())
	q.mu.Unlock()
	q.wakeUp()
}

// expect records when the next attempt of a webhook without any work in memory is due.
func (q pager) expect(at time.Time) {
	q.mu.Lock()
	now := q.now()
	if at.After(now) && at.After(q.fetcher.latest) {
		q.fetcher.due(at)
	} else {
		q.fetcher.hint(now)
	}
	q.mu.Unlock()
	q.wakeUp()
}

// lowWatermark returns how short the queue must be before more is read.
func (q *webhookQueue) lowWatermark() int {
	return q.fetcher.lowWatermark(q.admission.webhook.Delivery.Concurrency)
}

// nextPage reports whether the next page should be a full scan, and how long until it is due.
func (q pager) nextPage() (full bool, wait time.Duration) {
	if q.admission.idle() || q.queue.len() > q.lowWatermark() {
		return false, storage.Never
	}
	return q.fetcher.next(q.now())
}

// beginPage returns the page to read now. If none is due, it returns nil and in how long
// one is. After a page, call endPage or failPage.
func (q pager) beginPage() (*page, time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	full, wait := q.nextPage()
	if wait > 0 {
		return nil, wait
	}
	space := max(q.fetcher.capacity()-q.queue.len(), 1)
	p := q.fetcher.begin(q.now(), full, space, q.queue.len()+len(q.running))
	p.query.WebhookID = q.id
	return &p, 0
}

// endPage queues the jobs of a page that are new. It reports whether the dispatcher has to
// look ahead, and in how long the next page is due if not.
func (q pager) endPage(p *page, jobs []storage.Job) (lookAhead bool, wait time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, j := range jobs {
		known := q.queue.has(j.DeliveryID) || q.running[j.DeliveryID] != nil || q.fetcher.during[j.DeliveryID]
		switch {
		case known || q.admission.idle():
		case j.Waits() && j.NextAttemptAt.After(p.wall): // due only by a clock that was set back since
			q.fetcher.due(j.NextAttemptAt)
		default:
			q.queue.push(j)
		}
	}
	lookAhead = q.fetcher.end(*p, jobs)
	_, wait = q.nextPage()
	return lookAhead, wait
}

// failPage ends a page that could not be read. A full scan will replace it.
func (q pager) failPage() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.fetcher.endReading()
	q.fetcher.fullScanAt = q.now().Add(scanRetry)
}

// endLookAhead records the first delivery that is due later, if there is one, and returns
// in how long the next page is due. ok is false if the store could not be read.
func (q pager) endLookAhead(later []storage.Job, ok bool) time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case !ok:
		q.fetcher.fullScanAt = q.now().Add(scanRetry)
	case len(later) == 0:
	case !later[0].Waits(): // enqueued before the clock was set back, so it waits for nothing
		q.fetcher.latest, q.fetcher.fullScanAt = later[0].NextAttemptAt, q.now()
	default:
		q.fetcher.due(later[0].NextAttemptAt)
	}
	_, wait := q.nextPage()
	return wait
}

// retry puts a job that read returns at the head of the queue. If the circuit breaker is
// open, the job becomes its probe.
func (q pager) retry(read func() (storage.Job, bool)) {
	q.mu.Lock()
	q.fetcher.beginReading()
	q.mu.Unlock()
	job, ok := read()
	q.mu.Lock()
	defer q.mu.Unlock()
	stale := q.fetcher.during[job.DeliveryID] || q.running[job.DeliveryID] != nil
	q.fetcher.endReading()
	if !ok || stale || q.admission.idle() || q.queue.len() > 2*maxQueue {
		return
	}
	q.queue.remove(job.DeliveryID)
	q.queue.pushFront(job)
	q.admission.breaker.ProbeNow(q.now())
	q.wakeUp()
}
