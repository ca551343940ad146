package engine

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/storage/sqlite"
	"backchannel/storage/sqlite/sqlitetest"
)

// runOn runs an engine until the test ends or stop is called.
func runOn(t *testing.T, store Store, cfg Config) (e *Engine, stop func()) {
	e = New(store, cfg)
	w := &world{t: t, engine: e}
	w.run()
	return e, w.stop
}

// Two stores of one folder hear of each other's changes as two processes do.
func TestWorkOfAnotherProcess(t *testing.T) {
	arrived := make(chan time.Time, 1)
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { arrived <- time.Now() }))
	t.Cleanup(server.Close)
	dir := t.TempDir()
	leader, other := openStore(t, dir), openStore(t, dir)
	hook := createWebhook(t, other, server.URL, func(w *storage.Webhook) { w.Delivery.Retry = []time.Duration{time.Hour} })
	runOn(t, leader, Config{})
	best := time.Hour
	for range 5 { // the machine may be busy
		made, err := other.Enqueue(t.Context(), event(hook))
		if err != nil {
			t.Fatal(err)
		}
		committed := time.Now()
		best = min(best, (<-arrived).Sub(committed))
		eventually(t, func() bool {
			d, err := other.Delivery(t.Context(), made[0].ID)
			return err == nil && d.State == storage.StateDelivered
		}, func() string { return "the other process does not see the outcome" })
	}
	if best > 100*time.Millisecond {
		t.Errorf("got the request after %s at best, want at most 100ms", best)
	}
}

func TestCommandsOfAnotherProcess(t *testing.T) {
	h := newHoldup()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	dir := t.TempDir()
	leader, other := openStore(t, dir), openStore(t, dir)
	hook := createWebhook(t, other, server.URL)
	runOn(t, leader, Config{})
	made, err := other.Enqueue(t.Context(), event(hook))
	if err != nil {
		t.Fatal(err)
	}
	<-h.arrived
	if err := other.CancelDelivery(t.Context(), made[0].ID); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() bool {
		log, err := other.Attempts(t.Context(), made[0].ID)
		return err == nil && len(log) == 1 && log[0].Error == "cancelled while in flight"
	}, func() string { return "the attempt is not aborted" })
	close(h.release)
}

// An engine that stops under load neither loses deliveries nor makes duplicates.
func TestStopUnderLoad(t *testing.T) {
	t.Parallel()
	s := &sightings{seen: map[string]int{}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	store := sqlitetest.Open(t, sqlite.Options{Rules: storage.Rules{AllowHTTP: true}})
	hook := createWebhook(t, store, server.URL)
	var enqueued int
	for range 3 {
		_, stop := runOn(t, store, Config{})
		for range 30 {
			made, err := store.Enqueue(t.Context(), slices.Repeat([]storage.Event{event(hook)}, 10)...)
			if err != nil {
				t.Fatal(err)
			}
			enqueued += len(made)
		}
		stop()
		ds, err := store.Deliveries(t.Context(), storage.DeliveryQuery{})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range ds {
			if d.State != storage.Queued && d.State != storage.StateDelivered {
				t.Fatalf("got delivery %+v, want it queued or delivered", d)
			}
		}
	}
	deliverAll(t, store)
	if len(s.seen) != enqueued {
		t.Errorf("got %d of %d deliveries", len(s.seen), enqueued)
	}
	for id, n := range s.seen {
		if n > 1 {
			t.Errorf("%s arrived %d times", id, n)
		}
	}
}

func TestConnectionsOfADeletedWebhookAreClosed(t *testing.T) {
	var open atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		switch s {
		case http.StateNew:
			open.Add(1)
		case http.StateClosed:
			open.Add(-1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	w := newWorld(t, nil).run()
	hook := w.webhook(func(w *storage.Webhook) { w.URL = server.URL })
	w.await(w.fire(hook, "{}")[0], storage.StateDelivered)
	if open.Load() != 1 {
		t.Fatalf("got %d kept connections, want 1", open.Load())
	}
	removeWebhook(w.store, hook.ID)
	eventually(t, func() bool { return open.Load() == 0 }, func() string { return "the connection stays open" })
}

// A panicking store causes a panic in a worker, as a bug would.
type panicking struct{ *memory }

func (panicking) Finish(context.Context, storage.Outcome) error { panic("a bug") }

func TestRunPanicsWhenAWorkerPanics(t *testing.T) {
	w := newWorld(t, func(http.ResponseWriter, *http.Request) {})
	w.fire(w.webhook(), "{}")
	e := New(panicking{w.store}, w.engine.cfg)
	defer func() {
		if text := fmt.Sprint(recover()); !strings.HasPrefix(text, "a bug") || !strings.Contains(text, "Finish") {
			t.Errorf("recovered %q", text)
		}
		for _, l := range e.dispatchers.all() {
			l.close()
		}
	}()
	_ = e.Run(t.Context())
}
