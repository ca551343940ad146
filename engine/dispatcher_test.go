package engine

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"backchannel/engine/policy"
	"backchannel/storage"
)

// A holdup holds requests until it is released.
type holdup struct {
	arrived chan string // Backchannel-Delivery
	release chan struct{}
}

func newHoldup() *holdup {
	return &holdup{arrived: make(chan string, 1000), release: make(chan struct{})}
}

func (h *holdup) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	h.arrived <- r.Header.Get("Backchannel-Delivery")
	select {
	case <-h.release:
	case <-r.Context().Done():
	}
}

func TestCancelAbortsTheAttemptInFlight(t *testing.T) {
	h := newHoldup()
	w := newWorld(t, h.ServeHTTP).run()
	hook := w.webhook(func(w *storage.Webhook) { w.Delivery.Concurrency = 1 })
	ids := w.fire(hook, "{}", "{}")
	<-h.arrived
	w.do(w.store.CancelDelivery, ids[1])
	w.do(w.store.CancelDelivery, ids[0])
	eventually(t, func() bool { return len(w.store.log(ids[0])) == 1 }, func() string { return "the attempt is not aborted" })
	if a := w.store.log(ids[0])[0]; a.Error != "cancelled while in flight" || w.store.delivery(ids[0]).State != storage.Cancelled {
		t.Errorf("got attempt %+v", a)
	}
	close(h.release)
	last := w.fire(hook, "{}")[0]
	w.await(last, storage.StateDelivered)
	if len(w.store.log(ids[1])) != 0 {
		t.Error("a cancelled delivery was attempted")
	}
	eventually(t, func() bool { c, _ := w.store.Commands(t.Context(), 0); return len(c) == 0 }, func() string { return "the commands are not dropped" })
}

// A cancelled delivery in the queue would count against the queue's limit and be claimed for
// nothing.
func TestCancelledDeliveryLeavesTheQueue(t *testing.T) {
	w := newWorld(t, nil)
	w.run()
	q := newDispatcher(w.engine, w.webhook(func(w *storage.Webhook) { w.State = storage.Paused }), storage.Breaker{}).queue
	for id := range storage.ID(3) {
		q.queue.push(storage.Job{DeliveryID: id + 1})
	}
	q.cancel(2)
	if got := fmt.Sprint(q.queue.ids()); got != "[00000000001 00000000003]" && got != fmt.Sprint([]storage.ID{1, 3}) || q.queue.has(2) {
		t.Errorf("got the queue %s, want deliveries 1 and 3", got)
	}
}

// A page that was read before the cancellation may still have the delivery.
func TestCancelledDeliveryIsNotQueuedAgain(t *testing.T) {
	t.Parallel()
	q := newWebhookQueue(storage.Webhook{ID: 1, State: storage.Active}, policy.Breaker{}, 0, time.Now)
	p, _ := pager{q}.beginPage()
	if p == nil {
		t.Fatal("a new queue reads no page")
	}
	q.cancel(2)
	pager{q}.endPage(p, []storage.Job{{DeliveryID: 2}, {DeliveryID: 3}})
	if q.queue.has(2) || !q.queue.has(3) {
		t.Errorf("got the queue %v, want only delivery 3", q.queue.held)
	}
}

func TestRetryNow(t *testing.T) {
	var hits atomic.Int64
	w := newWorld(t, func(rw http.ResponseWriter, _ *http.Request) {
		if hits.Add(1) == 1 {
			rw.WriteHeader(http.StatusServiceUnavailable)
		}
	}).run()
	id := w.fire(w.webhook(func(w *storage.Webhook) { w.Delivery.Retry = []time.Duration{time.Hour} }), "{}")[0]
	w.await(id, storage.Retrying)
	w.do(w.store.RetryDelivery, id)
	if d := w.await(id, storage.StateDelivered); d.Attempts != 2 {
		t.Errorf("got %d attempts, want 2", d.Attempts)
	}
}

func TestPauseAndResume(t *testing.T) {
	w := newWorld(t, func(http.ResponseWriter, *http.Request) {}).run()
	hook := w.webhook(func(w *storage.Webhook) { w.State = storage.Paused })
	id := w.fire(hook, "{}")[0]
	other := w.webhook()
	w.await(w.fire(other, "{}")[0], storage.StateDelivered)
	if d := w.store.delivery(id); d.State != storage.Queued || d.Attempts != 0 {
		t.Errorf("got %+v while the webhook is paused", d)
	}
	hook.State = storage.Active
	saveWebhook(w.store, hook)
	w.await(id, storage.StateDelivered)
}

func TestGonePausesTheWebhook(t *testing.T) {
	w := newWorld(t, func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusGone) }).run()
	hook := w.webhook(func(w *storage.Webhook) { w.Delivery.Concurrency = 1 })
	ids := w.fire(hook, "{}", "{}")
	w.await(ids[0], storage.Failed)
	hooks, _ := w.store.Webhooks(t.Context())
	if hooks[0].State != storage.Paused || !strings.Contains(hooks[0].StateReason, "410 Gone") {
		t.Errorf("got webhook %+v", hooks[0])
	}
	if d := w.store.delivery(ids[1]); d.State != storage.Queued {
		t.Errorf("got the next delivery %s, want it queued", d.State)
	}
}

func TestNextAttemptUsesTheEditedWebhook(t *testing.T) {
	paths := make(chan string, 10)
	w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
		paths <- r.URL.Path + r.Header.Get("X-Edition")
		if r.URL.Path == "/in" {
			rw.WriteHeader(http.StatusServiceUnavailable)
		}
	}).run()
	hook := w.webhook(func(w *storage.Webhook) { w.Delivery.Retry = []time.Duration{time.Hour} })
	id := w.fire(hook, "{}")[0]
	w.await(id, storage.Retrying)
	hook.URL = w.server.URL + "/new"
	hook.Headers = []storage.HeaderField{{Name: "X-Edition", Value: "2"}}
	saveWebhook(w.store, hook)
	w.do(w.store.RetryDelivery, id)
	w.await(id, storage.StateDelivered)
	if first, second := <-paths, <-paths; first != "/in" || second != "/new2" {
		t.Errorf("got requests to %s and %s", first, second)
	}
}

func TestDeletedWebhookSendsNothing(t *testing.T) {
	h := newHoldup()
	w := newWorld(t, h.ServeHTTP).run()
	hook := w.webhook(func(w *storage.Webhook) { w.Delivery.Concurrency = 1 })
	ids := w.fire(hook, "{}", "{}")
	<-h.arrived
	removeWebhook(w.store, hook.ID)
	eventually(t, func() bool { return len(w.engine.dispatchers.all()) == 0 }, func() string { return "the webhook's dispatcher does not end" })
	close(h.release)
	w.await(ids[0], storage.StateDelivered)
	w.stop()
	if len(w.store.log(ids[1])) != 0 {
		t.Error("the queued delivery was attempted")
	}
}

func TestOpenBreakerParksDeliveries(t *testing.T) {
	var healthy atomic.Bool
	var hits atomic.Int64
	w := newWorld(t, func(rw http.ResponseWriter, _ *http.Request) {
		hits.Add(1)
		if !healthy.Load() {
			rw.WriteHeader(http.StatusServiceUnavailable)
		}
	}).run()
	hook := w.webhook(func(w *storage.Webhook) {
		w.Delivery.Concurrency = 1
		w.Delivery.Retry = []time.Duration{time.Hour}
	})
	ids := w.fire(hook, slices.Repeat([]string{"{}"}, 15)...)
	eventually(t, func() bool { return len(activityTexts(w.store)) == 1 }, func() string { return "the breaker does not open" })
	if n := hits.Load(); n != policy.BreakerLimit || !strings.Contains(activityTexts(w.store)[0], "acme failed 10 times in a row") {
		t.Errorf("got %d attempts, activities %q", n, activityTexts(w.store))
	}
	saved, _ := w.store.Breakers(t.Context())
	if len(saved) != 1 || !saved[0].Open() || saved[0].Wait != policy.FirstProbeWait {
		t.Errorf("got saved breakers %+v", saved)
	}
	healthy.Store(true)
	w.do(w.store.RetryDelivery, ids[0])
	for _, id := range append(ids[10:], ids[0]) {
		w.await(id, storage.StateDelivered)
	}
	eventually(t, func() bool { return len(activityTexts(w.store)) == 2 }, func() string { return "the breaker does not close" })
	if saved, _ := w.store.Breakers(t.Context()); len(saved) != 0 {
		t.Errorf("got saved breakers %+v", saved)
	}
}

func TestBreakerSurvivesARestart(t *testing.T) {
	var hits atomic.Int64
	w := newWorld(t, func(rw http.ResponseWriter, _ *http.Request) {
		hits.Add(1)
		rw.WriteHeader(http.StatusServiceUnavailable)
	})
	hook := w.webhook()
	due := time.Now().Add(100 * time.Millisecond)
	_ = w.store.SaveBreaker(t.Context(), storage.Breaker{WebhookID: hook.ID, Failures: 10, OpenUntil: due, Wait: policy.FirstProbeWait})
	ids := w.fire(hook, "{}", "{}", "{}")
	w.run()
	eventually(t, func() bool { b, _ := w.store.Breakers(t.Context()); return b[0].Wait == 2*policy.FirstProbeWait }, func() string { return "no probe was made" })
	if n := hits.Load(); n != 1 || w.store.log(ids[0])[0].At.Before(due) {
		t.Errorf("got %d attempts, want only the probe, when it was due", n)
	}
	eventually(t, func() bool { return w.engine.Snapshot().Parked == 3 }, func() string { return fmt.Sprintf("%+v", w.engine.Snapshot()) })
}

func TestHangingEndpointDelaysNoOther(t *testing.T) {
	h := newHoldup()
	w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/hang" {
			h.ServeHTTP(rw, r)
		}
	}).run()
	hanging := w.webhook(func(hook *storage.Webhook) { hook.URL = w.server.URL + "/hang" })
	w.fire(hanging, slices.Repeat([]string{"{}"}, 3*maxQueue)...)
	for range hanging.Delivery.Concurrency {
		<-h.arrived
	}
	healthy := w.webhook()
	for _, id := range w.fire(healthy, slices.Repeat([]string{"{}"}, 100)...) {
		w.await(id, storage.StateDelivered)
	}
	inFlight := func() int64 { return w.engine.Snapshot().InFlight }
	eventually(t, func() bool { return inFlight() == int64(hanging.Delivery.Concurrency) }, func() string {
		return fmt.Sprintf("%d in flight", inFlight())
	})
	close(h.release)
}

func TestMemoryStaysBounded(t *testing.T) {
	w := newWorld(t, func(http.ResponseWriter, *http.Request) {})
	hook := w.webhook()
	ids := w.fire(hook, slices.Repeat([]string{"{}"}, 4*maxQueue)...)
	w.run()
	for _, id := range ids {
		w.await(id, storage.StateDelivered)
		if n := len(w.store.log(id)); n != 1 {
			t.Fatalf("got %d attempts, want 1", n)
		}
	}
	w.stop()
	if most := 2*maxQueue + hook.Delivery.Concurrency; w.store.largest > most {
		t.Errorf("got a page of %d deliveries, want at most %d", w.store.largest, most)
	}
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(http.ResponseWriter, *http.Request) {}).run()
	ids := w.fire(w.webhook(func(w *storage.Webhook) { w.Delivery.RatePerSec = 20 }), slices.Repeat([]string{"{}"}, 5)...)
	began := time.Now()
	for _, id := range ids {
		w.await(id, storage.StateDelivered)
	}
	if took := time.Since(began); took < 150*time.Millisecond {
		t.Errorf("5 deliveries at 20 a second took %s", took)
	}
}

func TestLongAttemptsAreMarked(t *testing.T) {
	h := newHoldup()
	w := newWorld(t, h.ServeHTTP).run()
	id := w.fire(w.webhook(), "{}")[0]
	w.await(id, storage.Sending)
	close(h.release)
	w.await(id, storage.StateDelivered)
}

func TestStopWaitsForAttemptsInFlight(t *testing.T) {
	h := newHoldup()
	w := newWorld(t, h.ServeHTTP).run()
	hook := w.webhook(func(w *storage.Webhook) { w.Delivery.Concurrency = 2 })
	ids := w.fire(hook, slices.Repeat([]string{"{}"}, 5)...)
	<-h.arrived
	<-h.arrived
	time.AfterFunc(50*time.Millisecond, func() { close(h.release) })
	w.stop()
	for i, want := range []storage.State{storage.StateDelivered, storage.StateDelivered, storage.Queued, storage.Queued, storage.Queued} {
		if d := w.store.delivery(ids[i]); d.State != want {
			t.Errorf("delivery %d: got %s, want %s", i, d.State, want)
		}
	}
}

func TestStopAbortsAHangingAttemptAfterTheDrain(t *testing.T) {
	t.Parallel()
	h := newHoldup()
	w := newWorld(t, h.ServeHTTP, func(c *Config) { c.Drain = 200 * time.Millisecond }).run()
	id := w.fire(w.webhook(), "{}")[0]
	w.await(id, storage.Sending)
	began := time.Now()
	w.stop()
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("stopping took %s, with a drain of 200ms", took)
	}
	if d := w.store.delivery(id); d.State != storage.Queued || len(w.store.log(id)) != 0 {
		t.Errorf("got delivery %+v, attempts %v", d, w.store.log(id))
	}
	close(h.release)
}

func TestCutoffEndsTheDrainEarly(t *testing.T) {
	t.Parallel()
	h := newHoldup()
	cutoff := make(chan struct{})
	w := newWorld(t, h.ServeHTTP, func(c *Config) { c.Drain, c.Cutoff = time.Hour, cutoff }).run()
	id := w.fire(w.webhook(), "{}")[0]
	w.await(id, storage.Sending)
	time.AfterFunc(50*time.Millisecond, func() { close(cutoff) })
	w.stop()
	if d := w.store.delivery(id); d.State != storage.Queued || d.Attempts != 0 || len(w.store.log(id)) != 0 {
		t.Errorf("got delivery %+v, attempts %v", d, w.store.log(id))
	}
	if texts := activityTexts(w.store); w.engine.CutOff() != 1 || len(texts) != 1 || !strings.HasPrefix(texts[0], "stopped with 1 still in flight") {
		t.Errorf("got %d cut off, activities %q", w.engine.CutOff(), texts)
	}
	close(h.release)
}

func TestFullDiskStallsDeliveries(t *testing.T) {
	h := newHoldup()
	reasons := make(chan string, 2)
	w := newWorld(t, h.ServeHTTP, func(c *Config) { c.OnStall = func(reason string) { reasons <- reason } }).run()
	hook := w.webhook(func(w *storage.Webhook) { w.Delivery.Concurrency = 2 })
	ids := w.fire(hook, slices.Repeat([]string{"{}"}, 10)...)
	<-h.arrived
	<-h.arrived
	w.store.fail(errors.New("disk full"))
	close(h.release)
	eventually(t, func() bool { return w.engine.halted() }, func() string { return "the engine does not halt" })
	if reason := <-reasons; reason != "deliveries wait until outcomes can be recorded again: disk full" {
		t.Errorf("got the reason %q", reason)
	}
	w.store.fail(nil)
	if reason := <-reasons; reason != "" {
		t.Errorf("got the reason %q", reason)
	}
	for _, id := range ids {
		w.await(id, storage.StateDelivered)
		if n := len(w.store.log(id)); n != 1 {
			t.Errorf("got %d attempts, want 1", n)
		}
	}
	eventually(t, func() bool {
		return slices.ContainsFunc(activityTexts(w.store), func(s string) bool { return strings.Contains(s, "could not be recorded: disk full") })
	},
		func() string { return fmt.Sprint(activityTexts(w.store)) })
}

func TestSnapshot(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/bad" {
			rw.WriteHeader(http.StatusBadRequest)
		}
	}).run()
	good := w.webhook()
	bad := w.webhook(func(hook *storage.Webhook) { hook.URL = w.server.URL + "/bad" })
	paused := w.webhook(func(hook *storage.Webhook) { hook.State = storage.Paused })
	w.fire(good, "{}", "{}", "{}")
	w.fire(bad, "{}", "{}")
	w.fire(paused, "{}")
	eventually(t, func() bool {
		s := w.engine.Snapshot()
		return s.Delivered == 3 && s.Failed == 2 && s.Attempts == 5 && s.Parked == 1 && s.Queued == 0 && s.InFlight == 0 &&
			s.PerSecond == 0.5 && s.DeliveredPerSecond == 0.3 && s.FailedPerSecond == 0.2 && s.P50 > 0 && s.P99 >= s.P50
	}, func() string { return fmt.Sprintf("%+v", w.engine.Snapshot()) })
}
