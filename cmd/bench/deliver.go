package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"backchannel/storage"
)

const (
	producers = 128
	maxAhead  = 2048  // deliveries that producers may be ahead of the engine
	eventPool = 16384 // events created before the measurement, because the engine does not create them
	warmUp    = time.Second
	rounds    = 3
)

func deliverPlain(ctx context.Context, s settings) ([]row, error) {
	return deliver(ctx, s, roleSink, "over HTTP", "> 0.40")
}

func deliverTLS(ctx context.Context, s settings) ([]row, error) {
	return deliver(ctx, s, roleTLSSink, "over TLS", "")
}

// deliver compares deliveries to a sink with raw POSTs to it. Events are enqueued one by one, each has a
// token of its own, each attempt is stored, and everything is committed with synchronous=FULL.
func deliver(ctx context.Context, s settings, role, how, goal string) ([]row, error) {
	w, source, err := newHarnessWithSink(ctx, s, role)
	if err != nil {
		return nil, err
	}
	defer w.close()
	var limit, ours float64
	var rawCost, ourCost cost
	for range rounds { // in turn, so that other load on the machine affects both
		raw, err := rawRate(ctx, s, w.sink, source, &rawCost)
		if err != nil {
			return nil, err
		}
		delivered, err := w.deliveryRate(ctx, source, s.duration/rounds, &ourCost)
		if err != nil {
			return nil, err
		}
		limit, ours = limit+raw/rounds, ours+delivered/rounds
	}
	printCost("a raw POST", rawCost)
	printCost("a delivery", ourCost)
	return []row{{what: "delivered " + how, ours: perSecond(ours), limit: perSecond(limit), ratio: ours / limit, goal: goal}}, nil
}

// rawRate returns how many raw POSTs per second a sink answers.
func rawRate(ctx context.Context, s settings, p *peer, source *events, c *cost) (float64, error) {
	body, header, err := source.sample()
	if err != nil {
		return 0, err
	}
	raw, err := newPost(p, body, header, s.workers)
	if err != nil {
		return 0, err
	}
	defer raw.client.CloseIdleConnections()
	before := processorTime()
	rate, err := raw.rate(ctx, s.workers, s.duration/rounds)
	c.add(processorTime()-before, int64(rate*(s.duration/rounds).Seconds()))
	return rate, err
}

// deliveryRate keeps the queue filled and returns how many deliveries per second the engine makes. It
// starts to count after the warm-up, when connections are open and the queue is full.
func (w *harness) deliveryRate(ctx context.Context, source *events, duration time.Duration, c *cost) (float64, error) {
	var enqueued, delivered atomic.Int64
	stop := w.count(&delivered)
	defer stop()
	events, err := source.batch(eventPool)
	if err != nil {
		return 0, err
	}
	produce := func(ctx context.Context) error {
		for enqueued.Load()-delivered.Load() > maxAhead {
			time.Sleep(time.Millisecond)
		}
		_, err := w.store.Enqueue(ctx, events[enqueued.Add(1)%eventPool])
		return err
	}
	var rate float64
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		time.Sleep(warmUp)
		before, used, began := w.engine.Snapshot().Delivered, processorTime(), time.Now()
		time.Sleep(duration)
		delivered := w.engine.Snapshot().Delivered - before
		rate = float64(delivered) / time.Since(began).Seconds()
		c.add(processorTime()-used, delivered)
	}()
	_, err = hammer(ctx, producers, warmUp+duration, produce)
	<-finished
	return rate, errors.Join(err, w.waitIdle(ctx, source.webhook.ID))
}

// count copies the engine's number of deliveries to delivered every 10 ms, until stop is called. Taking a
// snapshot for each enqueued event would slow the engine down.
func (w *harness) count(delivered *atomic.Int64) (stop func()) {
	ticks := time.NewTicker(10 * time.Millisecond)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-done:
				return
			case <-ticks.C:
				delivered.Store(w.engine.Snapshot().Delivered)
			}
		}
	}()
	return func() { ticks.Stop(); close(done) }
}

func enqueueOne(ctx context.Context, store store, source *events) error {
	event, err := source.next()
	if err != nil {
		return err
	}
	_, err = store.Enqueue(ctx, event)
	return err
}

// waitIdle waits until no delivery of the webhook is due.
func (w *harness) waitIdle(ctx context.Context, hook storage.ID) error {
	for {
		left, err := w.store.Due(ctx, storage.DueQuery{WebhookID: hook, Until: time.Now(), Limit: 1})
		if err != nil {
			return fmt.Errorf("wait for deliveries: %w", err)
		}
		if len(left) == 0 {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
}
