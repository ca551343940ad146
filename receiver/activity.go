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

// An incident is a kind of event that is worth an activity. Its texts follow the number of
// occurrences: one follows "1 ", and all follows any other number.
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
	return incident{storage.ActivityError, "attempt to accept a connection failed and is repeated", "attempts to accept a connection failed and are repeated"}
}

func waitingForwards() incident {
	return incident{storage.ActivityError, "attempt to relay a receipt was postponed", "attempts to relay receipts were postponed"}
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

// An occurrences counts how often an incident occurred since it was last recorded, and describes
// the last time.
type occurrences struct {
	n    int
	last string
}

func newActivityRecorder(add func(context.Context, storage.Activity) error, now func() time.Time, log *slog.Logger) *activityRecorder {
	return &activityRecorder{add: add, now: now, log: log, wake: make(chan struct{}, 1), pending: map[incident]*occurrences{}}
}

// record counts an occurrence of an incident. It never blocks, because it is called while a
// request is being handled, even when the store cannot take more.
func (r *activityRecorder) record(what incident, last string) {
	r.mu.Lock()
	if r.pending[what] == nil {
		r.pending[what] = &occurrences{}
	}
	r.pending[what].n++
	r.pending[what].last = last
	r.mu.Unlock()
	storage.Wake(r.wake)
}

// run writes the pending activities until stop is done, and then once more.
func (r *activityRecorder) run(ctx, stop context.Context) {
	defer r.flush(ctx)
	for {
		select {
		case <-stop.Done():
			return
		case <-r.wake: // only then does the interval begin, so that the first incident is recorded at once
			r.flush(ctx)
		}
		if !storage.Sleep(stop, recordInterval) {
			return
		}
	}
}

// flush writes what is pending. An activity that cannot be stored is logged instead.
func (r *activityRecorder) flush(ctx context.Context) {
	r.mu.Lock()
	pending := r.pending
	r.pending = map[incident]*occurrences{}
	r.mu.Unlock()
	for what, found := range pending {
		text := what.count(found.n) + ": " + found.last
		if found.n > 1 {
			text = what.count(found.n) + "; the last: " + found.last
		}
		if err := r.add(ctx, storage.Activity{At: r.now(), Kind: what.kind, Text: text}); err != nil {
			r.log.Error("record activity", "text", text, "error", err)
		}
	}
}
