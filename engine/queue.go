package engine

import (
	"slices"

	"backchannel/storage"
)

// A queue holds jobs in the order in which they are to be attempted. It is bounded by
// whoever fills it.
type queue struct {
	jobs []storage.Job
	head int
}

func (q *queue) len() int { return len(q.jobs) - q.head }

func (q *queue) push(j storage.Job) {
	if q.head > len(q.jobs)/2 { // reuse the room that pop left, now and then
		q.jobs = slices.Delete(q.jobs, 0, q.head)
		q.head = 0
	}
	q.jobs = append(q.jobs, j)
}

func (q *queue) pushFront(j storage.Job) {
	if q.head == 0 {
		q.jobs = slices.Insert(q.jobs, 0, j)
		return
	}
	q.head--
	q.jobs[q.head] = j
}

func (q *queue) pop() storage.Job {
	j := q.jobs[q.head]
	q.jobs[q.head] = storage.Job{} // lets go of the payload
	q.head++
	if q.head == len(q.jobs) {
		q.jobs, q.head = q.jobs[:0], 0
	}
	return j
}

// remove takes a job out, wherever it stands.
func (q *queue) remove(id storage.ID) (storage.Job, bool) {
	for i := q.head; i < len(q.jobs); i++ {
		if j := q.jobs[i]; j.DeliveryID == id {
			q.jobs = slices.Delete(q.jobs, i, i+1)
			return j, true
		}
	}
	return storage.Job{}, false
}

func (q *queue) clear() { *q = queue{} }
