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
		t.Error("not in order")
	}
	q.pushFront(job(8))
	if q.has(9) || q.has(0) {
		t.Errorf("knows %v after popping two of them", q.held)
	}
	q.remove(2)
	q.remove(2)
	q.remove(0)
	if q.has(2) || q.has(0) || !q.has(8) || !q.has(3) {
		t.Errorf("knows %v", q.held)
	}
	if got := fmt.Sprint(q.ids()); got != fmt.Sprint([]storage.ID{8, 1, 3}) || q.len() != 3 {
		t.Errorf("holds %s", got)
	}
	q.clear()
	if q.len() != 0 {
		t.Error("not cleared")
	}
}

func TestQueueReusesItsRoom(t *testing.T) {
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
		t.Errorf("holds %v", q.ids())
	}
	if cap(q.jobs) > 1000 {
		t.Errorf("room for %d jobs where 100 are kept", cap(q.jobs))
	}
}
