package river_test

import (
	"testing"

	"backchannel/storage"
)

func TestTwoNodesDeliverEachEventOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	one, two := w.node(), w.node()
	ids := w.fire(300)
	w.await(storage.StateDelivered, ids...)
	got := map[string]int{}
	for _, r := range w.endpoint.requests() {
		got[r.delivery]++
	}
	for _, id := range ids {
		if got[id.String()] != 1 {
			t.Errorf("delivery %s was sent %d times", id, got[id.String()])
		}
	}
	by := []int64{one.Snapshot().Delivered, two.Snapshot().Delivered}
	t.Logf("the nodes delivered %d", by)
	if by[0]+by[1] != 300 || by[0] == 0 || by[1] == 0 {
		t.Errorf("the nodes delivered %d", by)
	}
}
