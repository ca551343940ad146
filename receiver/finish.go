package receiver

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"backchannel/storage"
)

const (
	// maxFinishing bounds the receipts that wait to be finished.
	maxFinishing = 4096
	// gatherFor is how long finishing may be put off, so that many are finished in one
	// commit and new receipts, for which senders wait, come first.
	gatherFor = 30 * time.Millisecond
)

// A finisher adds to receipts what became of their answers, while their connections go
// on.
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

func (f *finisher) finish(one storage.AnswerEnd) {
	f.slots <- struct{}{}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.waiting = append(f.waiting, one)
	if len(f.waiting) == 1 {
		f.all.Go(f.gather)
	}
}

// gather waits for more, then has them all stored at once.
func (f *finisher) gather() {
	time.Sleep(gatherFor)
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

func (f *finisher) wait() { f.all.Wait() }
