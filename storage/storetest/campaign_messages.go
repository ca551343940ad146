package storetest

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"backchannel/storage"
)

// messageState tests that a message has the state of its last event that reached the webhook, and
// that the counts agree. A replay is not an event of the message.
func messageState(s *suite) {
	c := s.campaign("welcome")
	e := s.accept(c, "r", 0, time.Second)
	all, err := s.store.Messages(s.ctx, storage.MessageQuery{Execution: e.ID})
	s.must(err)
	m := all[0]
	state := func(want storage.MessageState, counts storage.MessageCounts) {
		s.Helper()
		got, err := s.store.Message(s.ctx, m.ID)
		s.must(err)
		all, err := s.store.MessageCounts(s.ctx)
		s.must(err)
		maps.DeleteFunc(all[c.ID], func(_ storage.MessageState, n int64) bool { return n == 0 })
		if got.State != want || !maps.Equal(all[c.ID], counts) {
			s.Errorf("got state %s and counts %v, want %s and %v", got.State, all, want, counts)
		}
	}
	state(storage.MessagePlanned, storage.MessageCounts{storage.MessagePlanned: 1})
	s.must(s.store.Finish(s.ctx, outcome(m.Events[0].DeliveryID, 1, storage.Retrying, time.Now())))
	state(storage.MessagePlanned, storage.MessageCounts{storage.MessagePlanned: 1})
	s.must(s.store.Finish(s.ctx, outcome(m.Events[0].DeliveryID, 2, storage.StateDelivered, time.Time{})))
	state(storage.MessageSent, storage.MessageCounts{storage.MessageSent: 1})
	s.must(s.store.Finish(s.ctx, outcome(m.Events[1].DeliveryID, 1, storage.StateDelivered, time.Time{})))
	state(storage.MessageDelivered, storage.MessageCounts{storage.MessageDelivered: 1})
	again, err := s.store.ReplayDelivery(s.ctx, m.Events[0].DeliveryID)
	s.must(err)
	if replayed, err := s.store.Message(s.ctx, m.ID); err != nil || len(replayed.Events) != 2 || again.MessageID != m.ID {
		s.Errorf("a replay must not be an event of the message: got %+v, %v", replayed, err)
	}
}

// pagedMessages tests pages in both directions. Messages come with their events.
func pagedMessages(s *suite) {
	a, b := s.campaign("a"), s.campaign("b")
	for i := range 6 {
		s.accept([]storage.Campaign{a, b}[i%2], fmt.Sprint("r", i), time.Hour, 2*time.Hour)
	}
	all, err := s.store.Messages(s.ctx, storage.MessageQuery{})
	s.must(err)
	slices.Reverse(all) // the oldest first
	ids := func(messages []storage.Message) (ids []storage.ID) {
		for _, m := range messages {
			ids = append(ids, m.ID)
			if len(m.Events) != 2 {
				s.Errorf("message %s has %d events", m.ID, len(m.Events))
			}
		}
		return ids
	}
	known := ids(all)
	for _, test := range []struct {
		q    storage.MessageQuery
		want []int // indexes of known
	}{
		{storage.MessageQuery{After: known[1]}, []int{2, 3, 4, 5}},
		{storage.MessageQuery{After: known[1], Limit: 2}, []int{2, 3}},
		{storage.MessageQuery{After: known[5]}, nil},
		{storage.MessageQuery{After: known[0], Before: known[3]}, []int{1, 2}},
		{storage.MessageQuery{Before: known[3], Limit: 2}, []int{2, 1}},
		{storage.MessageQuery{After: known[0], CampaignID: a.ID}, []int{2, 4}},
		{storage.MessageQuery{After: known[0], Execution: all[3].Execution}, []int{3}},
	} {
		got, err := s.store.Messages(s.ctx, test.q)
		s.must(err)
		var want []storage.ID
		for _, i := range test.want {
			want = append(want, known[i])
		}
		if !slices.Equal(ids(got), want) {
			s.Errorf("%+v: got %v, want %v", test.q, ids(got), want)
		}
	}
}
