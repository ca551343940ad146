package engine

import (
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"backchannel/engine/policy"
	"backchannel/storage"
	"backchannel/storage/sqlite"
	"backchannel/storage/storetest"
)

func TestPlannedEventsOfAMessageAreSentOneByOne(t *testing.T) {
	t.Parallel()
	planned := func(id, message storage.ID) storage.Job {
		return storage.Job{DeliveryID: id, MessageID: message, DueAt: time.Now().Add(-time.Hour)}
	}
	retried, replayed := planned(6, 1), planned(7, 1)
	retried.Attempts, replayed.DueAt = 1, time.Time{}
	q := newWebhookQueue(storage.Webhook{ID: 1, State: storage.Active, Delivery: storage.DeliveryOptions{Concurrency: 8}}, policy.Breaker{}, 0, time.Now)
	for _, j := range []storage.Job{planned(1, 1), planned(2, 1), planned(3, 2), planned(4, 1), planned(5, 2), retried, replayed, {DeliveryID: 8}, {DeliveryID: 9}} {
		q.queue.push(j)
	}
	running := map[storage.ID]*runningAttempt{}
	claim := func() (claimed []storage.ID) {
		for {
			a, _ := q.claim()
			if a == nil {
				return claimed
			}
			running[a.job.DeliveryID] = a
			claimed = append(claimed, a.job.DeliveryID)
		}
	}
	steps := []struct {
		after func()
		want  []storage.ID
	}{
		{func() {}, []storage.ID{1, 3, 6, 7, 8, 9}},
		{func() { q.finish(running[6], time.Time{}); q.finish(running[7], time.Time{}) }, nil},
		{func() { q.finish(running[1], time.Now().Add(time.Hour)) }, []storage.ID{2}}, // which will be retried
		{func() { q.finish(running[3], time.Time{}) }, []storage.ID{5}},
		{func() { q.finish(running[2], time.Time{}) }, []storage.ID{4}},
	}
	for i, step := range steps {
		step.after()
		if got := claim(); !slices.Equal(got, step.want) {
			t.Errorf("step %d: claimed %v, want %v", i, got, step.want)
		}
	}
	q.putBack(running[4])
	if got := q.queue.ids(); !slices.Equal(got, []storage.ID{4}) || len(q.queue.held) != 1 || len(q.messages) != 1 {
		t.Errorf("got the queue %v, messages in flight %v; want delivery 4 back in the queue", got, q.messages)
	}
}

// All events fall due while no process delivers.
func TestOverdueEventsOfAMessageAreSentInOrder(t *testing.T) {
	t.Parallel()
	sequence := storetest.NewSequence(t, 200) // more events than a first page
	server := httptest.NewServer(sequence)
	t.Cleanup(server.Close)
	dir := t.TempDir()
	then := time.Now().Add(-time.Minute)
	before, err := sqlite.Open(t.Context(), sqlite.Options{Dir: dir, Now: func() time.Time { return then }, Rules: storage.Rules{AllowHTTP: true}})
	if err != nil {
		t.Fatal(err)
	}
	hook := createWebhook(t, before, server.URL)
	sequence.Plan(before, hook, then)
	if err := before.Close(); err != nil {
		t.Fatal(err)
	}
	_, stop := runOn(t, openStore(t, dir), Config{})
	eventually(t, sequence.Complete, sequence.Progress)
	stop()
	sequence.Check()
}
