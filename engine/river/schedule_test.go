package river_test

import (
	"net/http"
	"testing"
	"time"

	"backchannel/storage"
)

func retrying(waits ...time.Duration) func(*storage.Webhook) {
	return func(w *storage.Webhook) { w.Delivery.Retry = waits }
}

// wantGaps checks that a delivery had one more request than gaps, and the minimum times between them.
func (w *world) wantGaps(id storage.ID, gaps ...time.Duration) {
	w.Helper()
	var last time.Time
	n := 0
	for _, r := range w.endpoint.requests() {
		if r.delivery != id.String() {
			continue
		}
		if n > 0 && n <= len(gaps) && r.at.Sub(last) < gaps[n-1] {
			w.Errorf("attempt %s came after %s, want at least %s", r.attempt, r.at.Sub(last), gaps[n-1])
		}
		last = r.at
		n++
	}
	if n != len(gaps)+1 {
		w.Errorf("got %d attempts, want %d", n, len(gaps)+1)
	}
}

func TestRetriesFollowTheSchedule(t *testing.T) {
	t.Parallel()
	w := newWorld(t, retrying(20*time.Millisecond, 300*time.Millisecond))
	w.endpoint.status(http.StatusServiceUnavailable)
	w.node()
	w.node()
	ids := w.fire(3)
	w.await(storage.Failed, ids...)
	for _, id := range ids {
		w.wantGaps(id, 20*time.Millisecond, 300*time.Millisecond)
		if attempts, err := w.store.Attempts(t.Context(), id); err != nil || len(attempts) != 3 {
			t.Errorf("got %d stored attempts, %v; want 3", len(attempts), err)
		}
	}
}

func TestRetryAfterIsAMinimum(t *testing.T) {
	t.Parallel()
	w := newWorld(t, retrying(10*time.Millisecond))
	w.endpoint.answers(func(rw http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Backchannel-Attempt") == "1" {
			rw.Header().Set("Retry-After", "1")
			rw.WriteHeader(http.StatusTooManyRequests)
		}
	})
	w.node()
	id := w.fire(1)[0]
	w.await(storage.StateDelivered, id)
	w.wantGaps(id, time.Second)
}

func TestPermanentFailureIsNotRetried(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.endpoint.status(http.StatusNotFound)
	w.node()
	id := w.fire(1)[0]
	w.await(storage.Failed, id)
	w.wantGaps(id)
}

func TestRetryNow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, retrying(time.Hour))
	w.endpoint.status(http.StatusBadGateway)
	w.node()
	id := w.fire(1)[0]
	w.await(storage.Retrying, id)
	w.endpoint.status(http.StatusNoContent)
	if err := w.store.RetryDelivery(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	w.await(storage.StateDelivered, id)
	w.wantGaps(id, 0)
}

func TestCancelledDeliveryIsNotSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, retrying(time.Hour))
	w.endpoint.status(http.StatusBadGateway)
	w.node()
	waiting := w.fire(1)[0]
	w.await(storage.Retrying, waiting)
	release := w.endpoint.hold()
	defer release()
	inFlight := w.fire(1)[0]
	w.awaitRequests(2)
	for _, id := range []storage.ID{waiting, inFlight} {
		if err := w.store.CancelDelivery(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	w.eventually(func() bool { now, _ := w.endpoint.concurrency(); return now == 0 }, func() string { return "the attempt in flight is not aborted" })
	w.await(storage.Cancelled, waiting, inFlight)
	release()
	w.await(storage.StateDelivered, w.fire(1)...)
	if n := len(w.endpoint.requests()); n != 3 {
		t.Errorf("the endpoint got %d requests", n)
	}
}

func TestDeletedWebhookGetsNoRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t, retrying(time.Hour))
	w.endpoint.status(http.StatusBadGateway)
	w.node()
	id := w.fire(1)[0]
	w.await(storage.Retrying, id)
	if _, err := w.store.DeleteWebhook(t.Context(), w.hook.ID); err != nil {
		t.Fatal(err)
	}
	w.await(storage.Cancelled, id)
	w.endpoint.status(http.StatusNoContent)
	w.hook = w.webhook("other")
	w.await(storage.StateDelivered, w.fire(1)...)
	if n := len(w.endpoint.requests()); n != 2 {
		t.Errorf("the endpoint got %d requests", n)
	}
}

func TestPlannedEventsAreSentWhenTheyAreDue(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *storage.Webhook) { w.Delivery.Concurrency = 1 })
	w.node()
	w.node()
	now := time.Now()
	due := map[string]time.Time{}
	delays := []time.Duration{600 * time.Millisecond, 150 * time.Millisecond, 300 * time.Millisecond}
	ids := w.fire(3, func(i int, e *storage.Event) { e.DueAt = now.Add(delays[i]) })
	for i, id := range ids {
		due[id.String()] = now.Add(delays[i])
	}
	w.await(storage.StateDelivered, ids...)
	for _, r := range w.endpoint.requests() {
		if r.at.Before(due[r.delivery]) {
			t.Errorf("delivery %s arrived %s before it was due", r.delivery, due[r.delivery].Sub(r.at))
		}
		delete(due, r.delivery)
	}
	if len(due) > 0 {
		t.Errorf("these deliveries did not arrive: %v", due)
	}
}
