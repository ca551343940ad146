package river_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"backchannel/storage"
)

// Pausing a queue with River's own tools stops only that queue, until it is resumed.
func TestQueueCanBePausedWithRiversTools(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := w.webhook("other")
	w.node()
	own := w.node() // which attempts at once what it enqueues
	w.await(storage.StateDelivered, w.fire(1)...)
	tools, err := river.NewClient(riverpgxv5.New(w.store.Pool()), &river.Config{})
	if err != nil {
		t.Fatal(err)
	}
	name := "webhook_" + strconv.FormatInt(int64(w.hook.ID), 10)
	if err := tools.QueuePause(t.Context(), name, nil); err != nil {
		t.Fatal(err)
	}
	paused := time.Now()
	for last := paused; time.Since(last) < 3*time.Second; { // a node looks for pauses every second, on a busy machine less often
		w.fireThrough(own.store, 1)
		all := w.endpoint.requests()
		last = all[len(all)-1].at
		if took := last.Sub(paused); took > 10*time.Second {
			t.Fatalf("got a request of the queue %s after it was paused", took)
		}
	}
	waiting := w.fire(3)
	w.await(storage.StateDelivered, w.fire(3, func(_ int, e *storage.Event) { e.WebhookID = other.ID })...)
	w.await(storage.Queued, waiting...)
	if err := tools.QueueResume(t.Context(), name, nil); err != nil {
		t.Fatal(err)
	}
	w.await(storage.StateDelivered, waiting...)
}
