package sqlite

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"backchannel/storage"
	"backchannel/storage/storetest"
)

func TestDueReturnsPagesInOrder(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	w, other := storetest.AddWebhook(t, s, "acme"), storetest.AddWebhook(t, s, "other")
	storetest.Enqueue(t, s, other)
	var want []storage.ID
	for range 5 {
		want = append(want, storetest.Enqueue(t, s, w).ID)
	}
	late := storetest.Enqueue(t, s, w)
	storetest.Finish(t, s, late, storage.Retrying)
	var got []storage.ID
	q := storage.DueQuery{WebhookID: w.ID, Until: time.Now(), Limit: 2}
	for {
		jobs, err := s.Due(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if len(jobs) == 0 {
			break
		}
		for _, j := range jobs {
			got = append(got, j.DeliveryID)
			q.After = storage.Cursor{At: j.NextAttemptAt, ID: j.DeliveryID}
			if string(j.Payload) != `{"requestId":"Lm5Y"}` || j.WebhookID != w.ID {
				t.Errorf("got the job %+v", j)
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	jobs, err := s.Due(t.Context(), storage.DueQuery{WebhookID: w.ID, Until: time.Now().Add(2 * time.Hour)})
	if err != nil || len(jobs) != 6 || jobs[5].DeliveryID != late.ID || jobs[5].Attempts != 1 {
		t.Errorf("got %+v, %v", jobs, err)
	}
}

func TestPendingWork(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	w := storetest.AddWebhook(t, s, "acme")
	storetest.AddWebhook(t, s, "idle")
	if got, err := s.PendingWork(t.Context()); err != nil || len(got) != 0 {
		t.Errorf("without deliveries: got %v, %v", got, err)
	}
	first := storetest.Enqueue(t, s, w)
	second := storetest.Enqueue(t, s, w)
	storetest.Finish(t, s, second, storage.Retrying)
	got, err := s.PendingWork(t.Context())
	if diff := cmp.Diff([]storage.Pending{{WebhookID: w.ID, Queued: 1, Retrying: 1, NextDue: first.NextAttemptAt}}, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	storetest.Finish(t, s, first, storage.StateDelivered)
	due, err := s.NextDue(t.Context())
	if diff := cmp.Diff(map[storage.ID]time.Time{w.ID: storetest.Delivery(t, s, second.ID).NextAttemptAt}, due); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

func TestSendingDeliveriesCanBeReset(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	w := storetest.AddWebhook(t, s, "acme")
	fresh, retried, done := storetest.Enqueue(t, s, w), storetest.Enqueue(t, s, w), storetest.Enqueue(t, s, w)
	storetest.Finish(t, s, retried, storage.Retrying)
	storetest.Finish(t, s, done, storage.StateDelivered)
	if err := s.MarkSending(t.Context(), []storage.ID{fresh.ID, retried.ID, done.ID}); err != nil {
		t.Fatal(err)
	}
	states := func() (got []storage.State) {
		for _, d := range []storage.Delivery{fresh, retried, done} {
			got = append(got, storetest.Delivery(t, s, d.ID).State)
		}
		return got
	}
	if diff := cmp.Diff([]storage.State{storage.Sending, storage.Sending, storage.StateDelivered}, states()); diff != "" {
		t.Error(diff)
	}
	if jobs, _ := s.Due(t.Context(), storage.DueQuery{WebhookID: w.ID, Until: time.Now().Add(24 * time.Hour)}); len(jobs) != 0 {
		t.Errorf("deliveries that are being sent must not be due: got %v", jobs)
	}
	if err := s.ResetSending(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]storage.State{storage.Queued, storage.Retrying, storage.StateDelivered}, states()); diff != "" {
		t.Error(diff)
	}
	if jobs, _ := s.Due(t.Context(), storage.DueQuery{WebhookID: w.ID, Until: time.Now()}); len(jobs) != 2 {
		t.Errorf("due after the reset: got %v, want 2", jobs)
	}
	checkStore(t, s)
}

func TestFinishPausesTheWebhook(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	w := storetest.AddWebhook(t, s, "acme")
	o := storetest.OutcomeOf(storetest.Enqueue(t, s, w), storage.Failed)
	o.PauseWebhook = "410 Gone"
	if err := s.Finish(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	got, err := s.Webhook(t.Context(), w.ID)
	if err != nil || got.State != storage.Paused || got.StateReason != "410 Gone" {
		t.Errorf("got %+v, %v", got, err)
	}
	activities, err := s.Activities(t.Context(), 0, 1)
	if want := "webhook acme paused: 410 Gone; resume it with backchannel webhook resume acme"; err != nil || activities[0].Text != want {
		t.Errorf("got the activities %+v, %v", activities, err)
	}
	o = storetest.OutcomeOf(storetest.Enqueue(t, s, w), storage.Failed)
	o.PauseWebhook = "again"
	if err := s.Finish(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if got, _ := s.Webhook(t.Context(), w.ID); got.StateReason != "410 Gone" {
		t.Errorf("a second pause changed the reason to %q", got.StateReason)
	}
}

func TestBreakersParkDeliveries(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	w := storetest.AddWebhook(t, s, "acme")
	d := storetest.Enqueue(t, s, w)
	open := storage.Breaker{WebhookID: w.ID, Failures: 10, OpenUntil: time.UnixMicro(1e15).UTC(), Wait: time.Minute}
	for _, c := range []struct {
		save storage.Breaker
		want []storage.Breaker
		show storage.State
	}{
		{open, []storage.Breaker{open}, storage.Parked},
		{storage.Breaker{WebhookID: w.ID, Failures: 3}, []storage.Breaker{{WebhookID: w.ID, Failures: 3}}, storage.Queued},
		{storage.Breaker{WebhookID: w.ID}, nil, storage.Queued},
		{storage.Breaker{WebhookID: 7, Failures: 3}, nil, storage.Queued},
	} {
		if err := s.SaveBreaker(t.Context(), c.save); err != nil {
			t.Fatal(err)
		}
		got, err := s.Breakers(t.Context())
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("%v %s", err, diff)
		}
		if got := storetest.Delivery(t, s, d.ID); got.State != c.show {
			t.Errorf("got state %s, want %s", got.State, c.show)
		}
	}
}
