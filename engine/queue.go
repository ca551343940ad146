package engine

import (
	"slices"

	"backchannel/storage"
)

// A queue holds jobs in the order in which the engine attempts them. Its user limits its length.
type queue struct {
	jobs []storage.Job
	held map[storage.ID]bool // the deliveries of the jobs, to recognize one that is read again
}

func (q *queue) len() int { return len(q.jobs) }

func (q *queue) has(id storage.ID) bool { return q.held[id] }

func (q *queue) push(j storage.Job) {
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
	q.jobs = slices.Insert(q.jobs, 0, j)
}

func (q *queue) pop() storage.Job {
	j := q.jobs[0]
	q.jobs[0] = storage.Job{} // lets the payload be collected
	q.jobs = q.jobs[1:]
	delete(q.held, j.DeliveryID)
	return j
}

// first returns the index of the first job for which is returns true, counted from the front, or
// -1.
func (q *queue) first(is func(storage.Job) bool) int {
	return slices.IndexFunc(q.jobs, is)
}

// take removes and returns the job at an index.
func (q *queue) take(index int) storage.Job {
	if index == 0 {
		return q.pop()
	}
	j := q.jobs[index]
	q.jobs = slices.Delete(q.jobs, index, index+1)
	delete(q.held, j.DeliveryID)
	return j
}

// remove removes a delivery's job, if there is one. The map avoids a search when many deliveries are
// cancelled, because most of their jobs are not in memory.
func (q *queue) remove(id storage.ID) {
	if q.held[id] {
		q.take(q.first(func(j storage.Job) bool { return j.DeliveryID == id }))
	}
}

func (q *queue) clear() {
	clear(q.held)
	q.jobs = nil
}
