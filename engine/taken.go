package engine

import (
	"slices"
	"time"

	"backchannel/storage"
)

// quickAttempt is the longest average attempt with which a worker takes jobs in advance. Getting a job
// from the source takes a few milliseconds, during which a fast endpoint would be idle: with 16
// concurrent attempts, taking jobs in advance raised one node from 1,050 to 1,350 deliveries a second.
// The jobs of a slow endpoint should not wait here while another engine is idle.
const quickAttempt = 50 * time.Millisecond

// A handover is a webhook's queue when its jobs come from a [Source], which hands them over one by one.
type handover struct{ *webhookQueue }

// capacity returns how many jobs to take now. If that is 0, it also returns after how long to ask
// again. Further jobs are taken in advance once half of the previous ones have begun, because taking
// many at once costs little more than taking one.
func (q handover) capacity() (n int, wait time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	n, wait = q.admission.capacity(q.now(), len(q.running))
	ahead := q.ahead()
	if n += ahead - len(q.taken); n > 0 && (ahead == 0 || 2*len(q.taken) <= ahead+1) {
		return n, 0
	}
	if wait == 0 {
		wait = storage.Never // until a job begins
	}
	return 0, wait
}

// offer takes a held job if there is capacity for it. A held job may begin only after settle.
func (q handover) offer(t *Taken) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	n, _ := q.admission.capacity(q.now(), len(q.running))
	if n+q.ahead() <= len(q.taken) {
		return false
	}
	q.taken = append(q.taken, t)
	return true
}

// settle lets held jobs begin if the transaction that inserted them was committed, and forgets them
// otherwise. A job that is no longer in the queue was dropped in the meantime.
func (q handover) settle(committed bool, held []*Taken) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, t := range held {
		t.held = false
		i := slices.Index(q.taken, t)
		switch {
		case i < 0 && committed:
			t.drop()
		case i >= 0 && !committed:
			q.taken = slices.Delete(q.taken, i, i+1)
		}
	}
}

// ahead returns how many jobs to take in advance, which cannot begin yet.
func (q handover) ahead() int {
	a := &q.admission
	if a.idle() || a.breaker.Open() || a.limiter != nil || a.throttle != (throttle{}) || q.took > quickAttempt {
		return 0
	}
	return a.most()
}

// measure updates the moving average of how long an attempt takes.
func (q handover) measure(d time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.took += (d - q.took) / 8
}

// start calls begin for each job that may begin now, and returns after how long to try again.
func (q handover) start(halted func() bool, begin func(*Taken, *runningAttempt)) time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		t, a, wait := q.next(halted())
		if t == nil {
			return wait
		}
		begin(t, a)
	}
}

// then returns the job that begins because another one has ended, or nil.
func (q handover) then(halted func() bool) (*Taken, *runningAttempt) {
	q.mu.Lock()
	defer q.mu.Unlock()
	t, a, _ := q.next(halted())
	return t, a
}

// next returns the first of the taken jobs if it may begin now, and otherwise after how long to ask
// again. If nothing may begin for a longer time, it returns all jobs to the source.
func (q handover) next(halted bool) (*Taken, *runningAttempt, time.Duration) {
	if halted || q.admission.idle() || q.admission.most() == 0 {
		q.giveUp()
	}
	i := slices.IndexFunc(q.taken, func(t *Taken) bool { return !t.held })
	if i < 0 {
		return nil, nil, storage.Never
	}
	open := q.admission.breaker.Open()
	if wait := q.admission.wait(q.now(), len(q.running)); wait > 0 {
		if open {
			q.giveUp()
		}
		return nil, nil, wait
	}
	t := q.taken[i]
	q.taken = slices.Delete(q.taken, i, i+1)
	a := &runningAttempt{job: t.job, probe: q.admission.breaker.Begin(), cancel: func() {}}
	q.running[t.job.DeliveryID] = a
	if open { // one probe is enough
		q.giveUp()
	}
	return t, a, 0
}

// giveBack ends an attempt that was not made for lack of a resource, so that its job can be returned to
// the source. It returns after how long the job may be attempted again.
func (q handover) giveBack(a *runningAttempt) (after time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ended(a)
	q.admission.throttle.reduce(q.now(), len(q.running))
	return max(q.admission.throttle.wait(q.now()), firstShortageWait)
}

// giveUp returns the jobs that have not begun to the source.
func (q *webhookQueue) giveUp() {
	for _, t := range q.taken {
		t.drop()
	}
	q.taken = nil
}

// drop returns the job of a delivery to the source if it has not begun.
func (q *webhookQueue) drop(id storage.ID) {
	if i := slices.IndexFunc(q.taken, func(t *Taken) bool { return t.job.DeliveryID == id }); i >= 0 {
		q.taken[i].drop()
		q.taken = slices.Delete(q.taken, i, i+1)
	}
}

// drop returns the job to the source without an attempt. A held job is returned when it is settled.
func (t *Taken) drop() {
	if !t.held {
		t.ended(true, 0)
	}
}
