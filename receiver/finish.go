package receiver

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"backchannel/storage"
)

const (
	// maxFinishing bounds the receipts that wait for their outcome to be stored.
	maxFinishing = 4096
	// flushDelay is how long an outcome may wait, so that many are stored in one commit
	// and new receipts, for which senders wait, are committed first.
	flushDelay = 30 * time.Millisecond
)

// A finisher stores the outcomes of answers in batches, while the connections go on to
// their next requests.
type finisher struct {
	ctx   context.Context
	store Receipts
	log   *slog.Logger
	slots chan struct{}
	all   sync.WaitGroup

	mu      sync.Mutex // guards waiting
	waiting []storage.AnswerEnd
}

func newFinisher(ctx context.Context, store Receipts, log *slog.Logger) *finisher {
	return &finisher{ctx: ctx, store: store, log: log, slots: make(chan struct{}, maxFinishing)}
}

// add queues an outcome. It blocks while maxFinishing are waiting, which slows senders down
// instead of filling the memory while the store is slow. The first outcome of a batch starts the
// goroutine that stores it.
func (f *finisher) add(one storage.AnswerEnd) {
	f.slots <- struct{}{}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.waiting = append(f.waiting, one)
	if len(f.waiting) == 1 {
		f.all.Go(f.flush)
	}
}

// flush waits for more outcomes, then stores all of them at once.
func (f *finisher) flush() {
	time.Sleep(flushDelay)
	f.mu.Lock()
	batch := f.waiting
	f.waiting = nil
	f.mu.Unlock()
	if err := f.store.FinishReceipts(f.ctx, batch...); err != nil {
		f.log.Error("finish receipts", "error", err)
	}
	for range batch {
		<-f.slots
	}
}

// wait waits until all outcomes are stored, or could not be.
func (f *finisher) wait() { f.all.Wait() }
