package receiver

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"backchannel/storage"
)

// recordInterval is the minimum time between two activities about the same kind of
// incident, so that a sender of garbage cannot fill the list.
const recordInterval = 10 * time.Second

// An incident is a kind of event worth an activity. Its texts follow the number of
// occurrences.
type incident struct {
	kind     storage.ActivityKind
	one, all string
}

// count returns the incident's text for n occurrences.
func (t incident) count(n int) string {
	if n == 1 {
		return "1 " + t.one
	}
	return fmt.Sprintf("%d %s", n, t.all)
}

func refusedRequests() incident {
	return incident{storage.ActivityReceiver, "request was refused before it could be read", "requests were refused before they could be read"}
}

func unstoredRequests() incident {
	return incident{storage.ActivityError, "request could not be stored and was answered 503", "requests could not be stored and were answered 503"}
}

func waitingConnections() incident {
	return incident{storage.ActivityError, "connection had to wait to be accepted", "attempts to accept a connection failed, so it had to wait"}
}

func waitingForwards() incident {
	return incident{storage.ActivityError, "receipt waits to be relayed", "attempts to relay receipts have to wait"}
}

func failedForwards() incident {
	return incident{storage.ActivityError, "receipt could not be relayed", "receipts could not be relayed"}
}

func droppedForwards() incident {
	return incident{storage.ActivityError, "receipt was not relayed", "receipts were not relayed"}
}

// An activityRecorder turns incidents into activities: the first one at once, those that
// follow within recordInterval together.
type activityRecorder struct {
	add func(ctx context.Context, a storage.Activity) error
	now func() time.Time
	log *slog.Logger

	wake    chan struct{} // buffered
	mu      sync.Mutex    // guards pending
	pending map[incident]*occurrences
}

type occurrences struct {
	n    int
	last string
}

func newActivityRecorder(add func(context.Context, storage.Activity) error, now func() time.Time, log *slog.Logger) *activityRecorder {
	return &activityRecorder{add: add, now: now, log: log, wake: make(chan struct{}, 1), pending: map[incident]*occurrences{}}
}

// record counts an occurrence of what. It never blocks.
func (t *activityRecorder) record(what incident, last string) {
	t.mu.Lock()
	if t.pending[what] == nil {
		t.pending[what] = &occurrences{}
	}
	t.pending[what].n++
	t.pending[what].last = last
	t.mu.Unlock()
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// run writes the pending activities until stop is done, and then once more.
func (t *activityRecorder) run(ctx, stop context.Context) {
	defer t.flush(ctx)
	for {
		select {
		case <-stop.Done():
			return
		case <-t.wake:
			t.flush(ctx)
		}
		pause := time.NewTimer(recordInterval)
		select {
		case <-stop.Done():
			pause.Stop()
			return
		case <-pause.C:
		}
	}
}

func (t *activityRecorder) flush(ctx context.Context) {
	t.mu.Lock()
	pending := t.pending
	t.pending = map[incident]*occurrences{}
	t.mu.Unlock()
	for what, found := range pending {
		text := what.count(found.n) + ": " + found.last
		if found.n > 1 {
			text = what.count(found.n) + "; the last: " + found.last
		}
		if err := t.add(ctx, storage.Activity{At: t.now(), Kind: what.kind, Text: text}); err != nil {
			t.log.Error("record activity", "text", text, "error", err)
		}
	}
}
