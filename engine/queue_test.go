package engine

import (
	"fmt"
	"slices"
	"testing"

	"backchannel/storage"
)

func (q *queue) ids() (ids []storage.ID) {
	for _, j := range q.jobs {
		ids = append(ids, j.DeliveryID)
	}
	return ids
}

func TestQueue(t *testing.T) {
	var q queue
	job := func(id storage.ID) storage.Job { return storage.Job{DeliveryID: id} }
	for id := range storage.ID(4) {
		q.push(job(id))
	}
	q.pushFront(job(9))
	if q.pop().DeliveryID != 9 || q.pop().DeliveryID != 0 {
		t.Error("the jobs do not come out in order")
	}
	q.pushFront(job(8))
	if q.has(9) || q.has(0) {
		t.Errorf("got %v held after popping 9 and 0", q.held)
	}
	q.remove(2)
	q.remove(2)
	q.remove(0)
	if q.has(2) || q.has(0) || !q.has(8) || !q.has(3) {
		t.Errorf("got %v held after removing 2 and 0", q.held)
	}
	if got := fmt.Sprint(q.ids()); got != fmt.Sprint([]storage.ID{8, 1, 3}) || q.len() != 3 {
		t.Errorf("got the queue %s, want 8, 1, 3", got)
	}
	q.clear()
	if q.len() != 0 {
		t.Error("the queue is not empty after clear")
	}
}

func TestQueueDoesNotGrowWithItsThroughput(t *testing.T) {
	var q queue
	var want []storage.ID
	for id := range storage.ID(10_000) {
		q.push(storage.Job{DeliveryID: id})
		if want = append(want, id); len(want) > 100 {
			if got := q.pop().DeliveryID; got != want[0] {
				t.Fatalf("popped %d, want %d", got, want[0])
			}
			want = want[1:]
		}
	}
	if !slices.Equal(q.ids(), want) {
		t.Errorf("got the queue %v, want %v", q.ids(), want)
	}
	if cap(q.jobs) > 1000 {
		t.Errorf("got a capacity of %d for 100 jobs, want at most 1000", cap(q.jobs))
	}
}
