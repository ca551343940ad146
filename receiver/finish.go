package receiver

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"backchannel/storage"
)

// maxFinishing bounds the receipts that are being finished at a time. A store commits
// many of them together, so there must be many.
const maxFinishing = 1024

// A finisher adds to receipts what became of their answers, while their connections go
// on.
type finisher struct {
	ctx   context.Context
	store Receipts
	log   *slog.Logger
	slots chan struct{}
	all   sync.WaitGroup
}

func newFinisher(ctx context.Context, store Receipts, log *slog.Logger) *finisher {
	return &finisher{ctx: ctx, store: store, log: log, slots: make(chan struct{}, maxFinishing)}
}

func (f *finisher) finish(id storage.ID, outcome storage.AnswerOutcome, took time.Duration) {
	f.slots <- struct{}{}
	f.all.Go(func() {
		defer func() { <-f.slots }()
		if err := f.store.FinishReceipt(f.ctx, id, outcome, took); err != nil {
			f.log.Error("finish receipt", "receipt", id, "error", err)
		}
	})
}

func (f *finisher) wait() { f.all.Wait() }
