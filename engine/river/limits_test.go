package river_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"backchannel/engine"
	"backchannel/storage"
	"backchannel/storage/postgres/pgtest"
)

func withConcurrency(concurrency int) func(*storage.Webhook) {
	return func(w *storage.Webhook) { w.Delivery.Concurrency = concurrency }
}

// awaitShares waits until this many nodes have a part of the webhook's concurrency.
func (w *world) awaitShares(nodes int) {
	w.Helper()
	n := -1
	w.eventually(func() bool {
		err := w.store.Pool().QueryRow(w.Context(), `SELECT count(*) FROM shares WHERE webhook_id = $1 AND held > 0`, int64(w.hook.ID)).Scan(&n)
		if err != nil {
			w.Fatal(err)
		}
		return n == nodes
	}, func() string { return fmt.Sprintf("%d nodes have a part, want %d", n, nodes) })
}

func TestConcurrencyAppliesToAllNodesTogether(t *testing.T) {
	t.Parallel()
	for _, allowed := range []int{1, 2, 5} {
		t.Run(fmt.Sprint(allowed), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, withConcurrency(allowed))
			w.node()
			w.awaitShares(1)
			release := w.endpoint.hold()
			ids := w.fire(4 * allowed)
			w.awaitRequests(allowed) // one node uses the whole concurrency
			w.node()
			w.node()
			w.eventually(func() bool { now, _ := w.endpoint.concurrency(); return now == allowed }, func() string { return "not all are in flight" })
			release()
			w.await(storage.StateDelivered, ids...)
			w.awaitShares(min(allowed, 3))
			release = w.endpoint.hold()
			ids = w.fire(4 * allowed)
			w.awaitRequests(5 * allowed) // the parts of three nodes add up to it
			release()
			w.await(storage.StateDelivered, ids...)
			if _, most := w.endpoint.concurrency(); most != allowed {
				t.Errorf("got %d concurrent requests, want at most %d", most, allowed)
			}
		})
	}
}

func TestChangedConcurrencyAppliesAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withConcurrency(2))
	w.node()
	w.node()
	w.awaitShares(2)
	w.edit(withConcurrency(6))
	defer w.endpoint.hold()()
	w.fire(10)
	w.awaitRequests(6)
	if now, most := w.endpoint.concurrency(); now != 6 || most != 6 {
		t.Errorf("got %d concurrent requests, at most %d; want 6", now, most)
	}
}

func TestRateAppliesToAllNodesTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *storage.Webhook) { w.Delivery.RatePerSec = 20 })
	w.node()
	w.node()
	w.awaitShares(2)
	w.await(storage.StateDelivered, w.fire(30)...)
	all := w.endpoint.requests()
	// Each node may make its first request without waiting.
	if took := all[29].at.Sub(all[0].at); took < 27*time.Second/20 {
		t.Errorf("30 requests at 20 a second took %s", took)
	}
}

func TestPausedWebhookGetsNoRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.node()
	w.node()
	w.awaitShares(2)
	paused := w.pause(w.store, 20)
	ids := w.fire(20)
	w.hook, _ = w.store.WebhookByName(t.Context(), "other")
	w.await(storage.StateDelivered, w.fire(20)...)
	if n := len(w.endpoint.requests()); n != 40 {
		t.Errorf("got %d requests of a paused webhook", n-40)
	}
	if err := w.store.SetWebhookState(t.Context(), paused.ID, storage.Active, ""); err != nil {
		t.Fatal(err)
	}
	w.await(storage.StateDelivered, ids...)
}

func TestGonePausesTheWebhook(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withConcurrency(1))
	w.endpoint.status(http.StatusGone)
	w.node()
	w.node()
	ids := w.fire(5)
	states := map[storage.State]int{}
	w.eventually(func() bool { // any of them may be the first
		clear(states)
		for _, id := range ids {
			states[w.delivery(id).State]++
		}
		return states[storage.Failed] == 1 && states[storage.Parked] == len(ids)-1
	}, func() string { return fmt.Sprintf("got states %v, want one failed and the others parked", states) })
	if n := len(w.endpoint.requests()); n != 1 {
		t.Errorf("the endpoint got %d requests, want 1", n)
	}
}

// A clock is a clock of nodes that a test can set ahead.
type clock struct{ ahead atomic.Int64 }

func (c *clock) use(cfg *engine.Config) {
	cfg.Now = func() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }
}

func TestBreakerAppliesToAllNodesTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withConcurrency(2), retrying())
	var ahead clock
	w.endpoint.status(http.StatusServiceUnavailable)
	w.node(ahead.use)
	w.node(ahead.use)
	w.awaitShares(2)
	ids := w.fire(40)
	parked := func() (n int) {
		for _, id := range ids {
			if w.delivery(id).State == storage.Parked {
				n++
			}
		}
		return n
	}
	w.eventually(func() bool { now, _ := w.endpoint.concurrency(); return now == 0 && parked() > 0 }, func() string { return "nothing is parked" })
	// The failures of both nodes are counted together; attempts already in flight go on.
	w.eventually(func() bool { return parked()+len(w.endpoint.requests()) == 40 }, func() string {
		return fmt.Sprintf("%d were sent and %d are parked", len(w.endpoint.requests()), parked())
	})
	sent := len(w.endpoint.requests())
	if sent < 10 || sent >= 20 { // if each node counted only its own, both would send 10
		t.Errorf("got %d attempts before the breaker was open, want 10 to 19", sent)
	}
	release := w.endpoint.hold("/acme")
	acme := w.hook
	w.hook = w.webhook("other")
	ahead.ahead.Store(int64(31 * time.Second))
	w.awaitRequests(sent + 1)
	for range 5 { // meanwhile both nodes could make a probe
		w.await(storage.StateDelivered, w.fire(10)...)
	}
	w.hook = acme
	released := time.Now()
	release()
	w.eventually(func() bool { return parked() == 0 }, func() string { return fmt.Sprintf("%d are parked", parked()) })
	w.eventually(func() bool {
		// A job that a node returns is due by the node's clock, which is ahead of the server's.
		pgtest.Run(t, w.url, `UPDATE river_job SET scheduled_at = now() WHERE state = 'available' AND scheduled_at BETWEEN now() AND now() + interval '1 minute'`)
		return len(w.endpoint.requests()) >= 90
	}, func() string { return fmt.Sprintf("%d of 90 requests arrived", len(w.endpoint.requests())) })
	probes := 0
	for _, r := range w.endpoint.requests()[sent:] {
		if r.path == "/acme" && r.at.Before(released) {
			probes++
		}
	}
	if probes != 1 {
		t.Errorf("got %d probes, want 1", probes)
	}
	w.wantBreakerRecorded()
}

// wantBreakerRecorded checks that Activity has one entry for the opening of the breaker and one for its closing.
func (w *world) wantBreakerRecorded() {
	w.Helper()
	var texts []string
	w.eventually(func() bool {
		all, err := w.store.Activities(w.Context(), 0, 0)
		if err != nil {
			w.Fatal(err)
		}
		texts = nil
		for _, a := range all {
			if a.Kind == storage.ActivityBreaker {
				texts = append(texts, a.Text)
			}
		}
		return len(texts) >= 2
	}, func() string {
		return fmt.Sprintf("got activities %q, want one that the breaker opened and one that it closed", texts)
	})
	opened := slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(text, "in a row: its circuit breaker is open") })
	closed := slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(text, "answers again") })
	if !opened || !closed || len(texts) != 2 {
		w.Errorf("got activities %q, want one that the breaker opened and one that it closed", texts)
	}
}
