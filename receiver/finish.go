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
	// gatherFor is how long finishing may be put off, so that a store commits many
	// together and new receipts, for which senders wait, come first.
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
	waiting []finished
}

// finished is what becomes known of a receipt once it is answered.
type finished struct {
	id      storage.ID
	outcome storage.AnswerOutcome
	took    time.Duration
}

func newFinisher(ctx context.Context, store Receipts, log *slog.Logger) *finisher {
	return &finisher{ctx: ctx, store: store, log: log, slots: make(chan struct{}, maxFinishing)}
}

func (f *finisher) finish(one finished) {
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
	for _, one := range batch {
		f.all.Go(func() { f.keep(one) })
	}
}

func (f *finisher) keep(one finished) {
	defer func() { <-f.slots }()
	if err := f.store.FinishReceipt(f.ctx, one.id, one.outcome, one.took); err != nil {
		f.log.Error("finish receipt", "receipt", one.id, "error", err)
	}
}

func (f *finisher) wait() { f.all.Wait() }
