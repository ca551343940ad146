package main

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"backchannel/engine"
	"backchannel/storage"
	"backchannel/storage/sqlite"
)

// shortQueue is the length of the queue that the long one is compared with. The engine needs more
// than one read of the store for it, too.
const shortQueue = 1000

// A refill is the measurement of an engine that starts with a filled queue.
type refill struct {
	first  time.Duration // until the first delivery
	rate   float64       // deliveries per second from then on
	memory uint64        // the peak heap size, in bytes
}

// backlog compares an engine that starts with a long queue with one that starts with a short
// one.
func backlog(ctx context.Context, s settings) ([]row, error) {
	p, err := startPeer(roleSink, s.dir)
	if err != nil {
		return nil, err
	}
	defer p.stop()
	short, err := startWithQueue(ctx, s, p, shortQueue)
	if err != nil {
		return nil, err
	}
	long, err := startWithQueue(ctx, s, p, s.backlog)
	if err != nil {
		return nil, err
	}
	what := fmt.Sprintf("with %d queued, vs. %d: ", s.backlog, shortQueue)
	return []row{
		{what: what + "start", ours: millis(long.first), limit: millis(short.first), ratio: float64(long.first) / float64(short.first), goal: "a few"},
		{what: what + "peak heap", ours: megabytes(long.memory), limit: megabytes(short.memory), ratio: float64(long.memory) / float64(short.memory), goal: "bounded"},
		{what: "refilled and delivered from the long queue", ours: perSecond(long.rate), limit: "", ratio: 0, goal: ""},
	}, nil
}

func megabytes(n uint64) string { return fmt.Sprintf("%.0f MB", float64(n)/(1<<20)) }

// startWithQueue fills the queue of a new store with n deliveries and measures an engine that
// starts on it. It first collects the garbage from filling it, which would otherwise count as part of
// the engine's heap.
func startWithQueue(ctx context.Context, s settings, p *peer, n int) (refill, error) {
	store, err := openStore(ctx, s.dir)
	if err != nil {
		return refill{}, err
	}
	if err := enqueueMany(ctx, store, p, s, n); err != nil {
		return refill{}, err
	}
	runtime.GC()
	peak := watchHeap(ctx)
	w := &harness{store: store}
	began := time.Now()
	w.start(ctx, engine.New(store, engineConfig()))
	defer w.close()
	r := w.measureRefill(began, min(s.duration, 5*time.Second), int64(n))
	r.memory = peak()
	return r, nil
}

// enqueueMany queues n deliveries for a webhook before an engine runs.
func enqueueMany(ctx context.Context, store *sqlite.Store, p *peer, s settings, n int) error {
	hook, err := targetPeer(ctx, store, "backlog", p, s.workers)
	if err != nil {
		return err
	}
	source, err := newEvents(hook)
	if err != nil {
		return err
	}
	const atOnce = 1000
	for done := 0; done < n; done += atOnce {
		batch := make([]storage.Event, min(atOnce, n-done))
		for i := range batch {
			if batch[i], err = source.next(); err != nil {
				return err
			}
		}
		if _, err := store.Enqueue(ctx, batch...); err != nil {
			return err
		}
	}
	return nil
}

// measureRefill waits for the first delivery and then measures the rate until all are delivered, or
// for at most limit.
func (w *harness) measureRefill(began time.Time, limit time.Duration, all int64) refill {
	for w.engine.Snapshot().Delivered == 0 {
		time.Sleep(100 * time.Microsecond)
	}
	first := time.Since(began)
	for time.Since(began) < first+limit && w.engine.Snapshot().Delivered < all {
		time.Sleep(time.Millisecond)
	}
	delivered := w.engine.Snapshot().Delivered
	return refill{first: first, rate: float64(delivered) / (time.Since(began) - first).Seconds()}
}

// watchHeap samples the size of the heap every 5 ms. peak ends that and returns the largest one.
func watchHeap(ctx context.Context) (peak func() uint64) {
	ctx, stop := context.WithCancel(ctx)
	var highest atomic.Uint64
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			var now runtime.MemStats
			runtime.ReadMemStats(&now)
			highest.Store(max(highest.Load(), now.HeapInuse))
			time.Sleep(5 * time.Millisecond)
		}
	}()
	return func() uint64 { stop(); <-ended; return highest.Load() }
}
