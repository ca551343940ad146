package engine

import (
	"slices"

	"backchannel/storage"
)

// A queue holds jobs in the order in which they are to be attempted. Its user bounds it.
//
// It is a slice with a moving head, because nearly all jobs are taken from the front. Taking
// another one moves those behind it.
type queue struct {
	jobs []storage.Job
	head int
	held map[storage.ID]bool // the deliveries of the jobs, by which one that is read again is known
}

func (q *queue) len() int { return len(q.jobs) - q.head }

func (q *queue) has(id storage.ID) bool { return q.held[id] }

func (q *queue) push(j storage.Job) {
	if q.head > len(q.jobs)/2 { // reuse the space that pop left, now and then
		q.jobs = slices.Delete(q.jobs, 0, q.head)
		q.head = 0
	}
	q.jobs = append(q.jobs, j)
	q.hold(j.DeliveryID)
}

func (q *queue) hold(id storage.ID) {
	if q.held == nil {
		q.held = map[storage.ID]bool{}
	}
	q.held[id] = true
}

func (q *queue) pushFront(j storage.Job) {
	q.hold(j.DeliveryID)
	if q.head == 0 {
		q.jobs = slices.Insert(q.jobs, 0, j)
		return
	}
	q.head--
	q.jobs[q.head] = j
}

func (q *queue) pop() storage.Job {
	j := q.jobs[q.head]
	q.jobs[q.head] = storage.Job{} // so that the payload can be collected
	q.head++
	if q.head == len(q.jobs) {
		q.jobs, q.head = q.jobs[:0], 0
	}
	delete(q.held, j.DeliveryID)
	return j
}

// any reports whether there is a job that may be attempted.
func (q *queue) any(may func(storage.Job) bool) bool {
	return slices.ContainsFunc(q.jobs[q.head:], may)
}

// popFirst is [queue.pop] for the first job that may be attempted. ok is false if there is none.
func (q *queue) popFirst(may func(storage.Job) bool) (j storage.Job, ok bool) {
	for i := q.head; i < len(q.jobs); i++ {
		switch j = q.jobs[i]; {
		case !may(j):
		case i == q.head:
			return q.pop(), true
		default:
			q.jobs = slices.Delete(q.jobs, i, i+1)
			delete(q.held, j.DeliveryID)
			return j, true
		}
	}
	return storage.Job{}, false
}

// remove removes a delivery's job, if there is one. Cancelling many deliveries asks for jobs
// that are mostly not in memory, which the map answers without a search.
func (q *queue) remove(id storage.ID) {
	if !q.held[id] {
		return
	}
	delete(q.held, id)
	for i := q.head; i < len(q.jobs); i++ {
		if q.jobs[i].DeliveryID == id {
			q.jobs = slices.Delete(q.jobs, i, i+1)
			return
		}
	}
}

func (q *queue) clear() {
	clear(q.held)
	q.jobs, q.head = nil, 0
}
