package engine

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"backchannel/storage"
)

// A clock is a clock that a test can set.
type clock struct{ offset atomic.Int64 }

func (c *clock) set(by time.Duration) { c.offset.Add(int64(by)) }

func (c *clock) now() time.Time { return time.Now().Round(0).Add(time.Duration(c.offset.Load())) }

func TestClockIsSetBack(t *testing.T) {
	for _, restarts := range []bool{false, true} {
		var c clock
		var hits atomic.Int64
		w := newWorld(t, func(rw http.ResponseWriter, _ *http.Request) {
			if hits.Add(1) == 2 {
				rw.WriteHeader(http.StatusServiceUnavailable)
			}
		}, func(cfg *Config) { cfg.Now = c.now })
		if !restarts {
			w.run()
		}
		active := w.webhook()
		if !restarts {
			w.await(w.fire(active, "{}")[0], storage.StateDelivered)
		} else {
			hits.Add(1)
		}
		paused := w.webhook(func(w *storage.Webhook) { w.State = storage.Paused })
		before := w.fire(paused, "{}")[0]
		c.set(-time.Hour)
		if restarts {
			w.run()
		}
		after := w.fire(active, "{}")[0]
		if d := w.await(after, storage.StateDelivered); d.Attempts != 2 {
			t.Errorf("got %d attempts, want 2", d.Attempts)
		}
		paused.State = storage.Active
		saveWebhook(w.store, paused)
		w.await(before, storage.StateDelivered)
	}
}

func TestClockIsSetForward(t *testing.T) {
	var c clock
	var hits atomic.Int64
	w := newWorld(t, func(rw http.ResponseWriter, _ *http.Request) {
		if hits.Add(1) == 1 {
			rw.WriteHeader(http.StatusServiceUnavailable)
		}
	}, func(cfg *Config) { cfg.Now = c.now }).run()
	id := w.fire(w.webhook(func(w *storage.Webhook) { w.Delivery.Retry = []time.Duration{time.Hour} }), "{}")[0]
	w.await(id, storage.Retrying)
	c.set(2 * time.Hour)
	w.await(id, storage.StateDelivered)
}
