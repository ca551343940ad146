package river_test

import (
	"testing"

	"backchannel/storage"
)

func TestTwoNodesDeliverEachEventOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	one, two := w.node(), w.node()
	var ids []storage.ID
	for one.Snapshot().Delivered == 0 || two.Snapshot().Delivered == 0 { // one node may deliver everything before the other begins
		fired := w.fire(300)
		w.await(storage.StateDelivered, fired...)
		ids = append(ids, fired...)
	}
	got := map[string]int{}
	for _, r := range w.endpoint.requests() {
		got[r.delivery]++
	}
	for _, id := range ids {
		if got[id.String()] != 1 {
			t.Errorf("delivery %s was sent %d times, want once", id, got[id.String()])
		}
	}
	by := []int64{one.Snapshot().Delivered, two.Snapshot().Delivered}
	t.Logf("the nodes delivered %d", by)
	if by[0]+by[1] != int64(len(ids)) {
		t.Errorf("the nodes count %d deliveries, want %d in all", by, len(ids))
	}
}
