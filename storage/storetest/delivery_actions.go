package storetest

import (
	"slices"

	"github.com/google/go-cmp/cmp"

	"backchannel/storage"
)

// actOnMany applies each action to a delivery in each state, all in one commit.
func actOnMany(t *suite) {
	s, gone := t.store, storage.ID(7)
	w, orphaned := AddWebhook(t, s, "acme"), AddWebhook(t, s, "old")
	ids := func() []storage.ID {
		queued, retrying, busy := Enqueue(t, s, w), Enqueue(t, s, w), Enqueue(t, s, w)
		done, failed, dropped := Enqueue(t, s, w), Enqueue(t, s, w), Enqueue(t, s, w)
		Finish(t, s, retrying, storage.Retrying)
		Finish(t, s, done, storage.StateDelivered)
		Finish(t, s, failed, storage.Failed)
		t.must(s.MarkSending(t.ctx, []storage.ID{busy.ID}))
		t.must(s.CancelDelivery(t.ctx, dropped.ID))
		return []storage.ID{queued.ID, retrying.ID, busy.ID, done.ID, failed.ID, dropped.ID, gone}
	}
	orphan := Enqueue(t, s, orphaned)
	_, err := s.DeleteWebhook(t.ctx, orphaned.ID)
	t.must(err)
	before, err := s.Activities(t.ctx, 0, 0)
	t.must(err)

	for _, c := range []struct {
		action  storage.DeliveryAction
		done    int
		refused map[string]int
	}{
		{storage.RetryDeliveries, 2, map[string]int{"sending": 1, "delivered": 1, "failed": 1, "cancelled": 2, "no longer kept": 1}},
		{storage.CancelDeliveries, 3, map[string]int{"delivered": 1, "failed": 1, "cancelled": 2, "no longer kept": 1}},
		{storage.ReplayDeliveries, 6, map[string]int{"of a deleted webhook": 1, "no longer kept": 1}},
	} {
		all := ids()
		earlier, err := s.Commands(t.ctx, 0)
		t.must(err)
		outcome, err := s.ActOnDeliveries(t.ctx, c.action, append(all, orphan.ID))
		t.must(err)
		if diff := cmp.Diff(storage.ActionOutcome{Done: c.done, Refused: c.refused}, outcome); diff != "" {
			t.Errorf("%s: %s", c.action, diff)
		}
		again, err := s.Commands(t.ctx, earlier[len(earlier)-1].ID)
		t.must(err)
		if c.action == storage.ReplayDeliveries {
			made, err := s.Deliveries(t.ctx, storage.DeliveryQuery{States: []storage.State{storage.Queued}, After: all[5]})
			t.must(err)
			if len(made) != 6 || made[0].ReplayOf != all[0] || len(again) != 0 {
				t.Errorf("got the replays %+v and the commands %+v", made, again)
			}
			continue
		}
		if len(again) != c.done || again[0].DeliveryID != all[0] || again[0].Kind != storage.CommandKind(c.action) {
			t.Errorf("%s: got the commands %+v", c.action, again)
		}
	}
	after, err := s.Activities(t.ctx, before[len(before)-1].ID, 0)
	t.must(err)
	if about := slices.DeleteFunc(after, func(a storage.Activity) bool { return a.Kind != storage.ActivityDelivery }); len(about) != 3 {
		t.Errorf("got the activities %+v, want only the three of the deliveries that were cancelled one by one", about)
	}
	t.wantIntact()
}
