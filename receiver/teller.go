package receiver

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"backchannel/storage"
)

// tellEvery is the least time between two activities that tell of the same sort of
// trouble: somebody who sends garbage must not fill the list with it.
const tellEvery = 10 * time.Second

// A trouble is a sort of thing worth telling, in the words that follow its number.
type trouble struct {
	kind     storage.ActivityKind
	one, all string
}

// count tells how many there were.
func (t trouble) count(n int) string {
	if n == 1 {
		return "1 " + t.one
	}
	return fmt.Sprintf("%d %s", n, t.all)
}

func refusedRequests() trouble {
	return trouble{storage.ActivityReceiver, "request was refused before it could be read", "requests were refused before they could be read"}
}

func unstoredRequests() trouble {
	return trouble{storage.ActivityError, "request could not be stored and was answered 503", "requests could not be stored and were answered 503"}
}

func waitingConnections() trouble {
	return trouble{storage.ActivityError, "connection had to wait to be accepted", "tries to accept a connection failed, so that it had to wait"}
}

func waitingForwards() trouble {
	return trouble{storage.ActivityError, "receipt waits to be relayed", "tries to relay receipts have to wait"}
}

func failedForwards() trouble {
	return trouble{storage.ActivityError, "receipt could not be relayed", "receipts could not be relayed"}
}

func droppedForwards() trouble {
	return trouble{storage.ActivityError, "receipt was not relayed", "receipts were not relayed"}
}

// A teller makes activities of troubles: the first one at once, those that follow
// together.
type teller struct {
	add func(ctx context.Context, a storage.Activity) error
	now func() time.Time
	log *slog.Logger

	wake chan struct{} // buffered
	mu   sync.Mutex    // guards open
	open map[trouble]*untold
}

type untold struct {
	n    int
	last string
}

func newTeller(add func(context.Context, storage.Activity) error, now func() time.Time, log *slog.Logger) *teller {
	return &teller{add: add, now: now, log: log, wake: make(chan struct{}, 1), open: map[trouble]*untold{}}
}

// tell counts a trouble. It never blocks.
func (t *teller) tell(what trouble, last string) {
	t.mu.Lock()
	if t.open[what] == nil {
		t.open[what] = &untold{}
	}
	t.open[what].n++
	t.open[what].last = last
	t.mu.Unlock()
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// run writes what is to be told until stop ends, and then once more.
func (t *teller) run(ctx, stop context.Context) {
	defer t.flush(ctx)
	for {
		select {
		case <-stop.Done():
			return
		case <-t.wake:
			t.flush(ctx)
		}
		pause := time.NewTimer(tellEvery)
		select {
		case <-stop.Done():
			pause.Stop()
			return
		case <-pause.C:
		}
	}
}

func (t *teller) flush(ctx context.Context) {
	t.mu.Lock()
	open := t.open
	t.open = map[trouble]*untold{}
	t.mu.Unlock()
	for what, told := range open {
		text := what.count(told.n) + ": " + told.last
		if told.n > 1 {
			text = what.count(told.n) + "; the last: " + told.last
		}
		if err := t.add(ctx, storage.Activity{At: t.now(), Kind: what.kind, Text: text}); err != nil {
			t.log.Error("tell of trouble", "text", text, "error", err)
		}
	}
}
