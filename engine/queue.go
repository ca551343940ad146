package engine

import (
	"slices"

	"backchannel/storage"
)

// A queue holds jobs in the order in which they are to be attempted. Its user limits its length.
//
// It is a slice with a moving head, because nearly all jobs are taken from the front. Taking one
// from the middle moves those behind it.
type queue struct {
	jobs []storage.Job
	head int
	held map[storage.ID]bool // the deliveries of the jobs, to recognize one that is read again
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

// first returns the index of the first job for which is returns true, counted from the front, or
// -1.
func (q *queue) first(is func(storage.Job) bool) int {
	return slices.IndexFunc(q.jobs[q.head:], is)
}

// take removes and returns the job at an index.
func (q *queue) take(index int) storage.Job {
	if index == 0 {
		return q.pop()
	}
	i := q.head + index
	j := q.jobs[i]
	q.jobs = slices.Delete(q.jobs, i, i+1)
	delete(q.held, j.DeliveryID)
	return j
}

// remove removes a delivery's job, if there is one. Cancelling many deliveries calls it for jobs
// of which most are not in memory, and the map answers that without a search.
func (q *queue) remove(id storage.ID) {
	if q.held[id] {
		q.take(q.first(func(j storage.Job) bool { return j.DeliveryID == id }))
	}
}

func (q *queue) clear() {
	clear(q.held)
	q.jobs, q.head = nil, 0
}
