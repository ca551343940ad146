package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"backchannel/storage"
)

// keepFilled keeps up to maxAhead deliveries in the queue until ctx is done. It counts the finished ones
// only every 20 ms, because each count is a query that takes time from what is measured.
func (c *cluster) keepFilled(ctx context.Context, events []storage.Event) error {
	var enqueued, delivered atomic.Int64
	before, err := c.delivered(ctx)
	if err != nil {
		return err
	}
	go func() {
		for ctx.Err() == nil {
			if n, err := c.delivered(ctx); err == nil {
				delivered.Store(n - before)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}()
	_, err = hammer(context.WithoutCancel(ctx), producers, time.Hour, func(filling context.Context) error {
		for enqueued.Load()-delivered.Load() > maxAhead && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		if ctx.Err() != nil {
			return errFilled
		}
		_, err := c.store.Enqueue(filling, events[enqueued.Add(1)%eventPool])
		return err
	})
	if errors.Is(err, errFilled) {
		return nil
	}
	return err
}

// errFilled ends the goroutines of keepFilled. It does not mean a failure.
var errFilled = errors.New("enough was enqueued")

// nodes compares raw POSTs with deliveries on one node and on two. Events are enqueued one by one,
// each has a token of its own, each attempt is stored, and PostgreSQL commits everything with
// synchronous_commit.
func nodes(ctx context.Context, s settings) ([]row, error) {
	c, err := newNodeCluster(ctx, s, roleSink, s.workers)
	if err != nil {
		return nil, err
	}
	defer c.end()
	var limit, one float64
	var rawCost cost
	for range rounds {
		raw, err := rawRate(ctx, s, c.sink, c.source, &rawCost)
		if err != nil {
			return nil, err
		}
		delivered, err := c.clusterRate(ctx, s.duration/rounds)
		if err != nil {
			return nil, err
		}
		limit, one = limit+raw/rounds, one+delivered/rounds
	}
	if err := c.addNode(); err != nil {
		return nil, err
	}
	two, err := c.clusterRate(ctx, s.duration)
	return []row{
		{what: "delivered on one node", ours: perSecond(one), limit: perSecond(limit), ratio: one / limit, goal: "> 0.22"},
		{what: "delivered on two nodes, vs. one", ours: perSecond(two), limit: perSecond(one), ratio: two / one, goal: "> 0.9"},
	}, err
}

// The endpoint of slowEndpoint answers after slowAnswer, and each node has perNode attempts in flight.
// That makes the endpoint limit the rate, rather than the processor that both nodes run on.
const (
	slowAnswer = 100 * time.Millisecond
	perNode    = 16
)

// slowEndpoint compares what two nodes deliver to a slow endpoint with what one node delivers.
func slowEndpoint(ctx context.Context, s settings) ([]row, error) {
	c, err := newNodeCluster(ctx, s, roleSlow, perNode)
	if err != nil {
		return nil, err
	}
	defer c.end()
	one, err := c.clusterRate(ctx, s.duration)
	if err != nil {
		return nil, err
	}
	if err := c.addNode(); err != nil {
		return nil, err
	}
	hook := c.source.webhook
	hook.Delivery.Concurrency = 2 * perNode
	if err := c.store.UpdateWebhook(ctx, &hook); err != nil {
		return nil, err
	}
	two, err := c.clusterRate(ctx, s.duration)
	return []row{{what: "delivered by two nodes to a slow endpoint, vs. one", ours: perSecond(two), limit: perSecond(one), ratio: two / one, goal: "> 1.9"}}, err
}

// clusterPace is the interval between two events of the paced benchmark on a cluster. The machine can
// deliver more, so the latency includes no waiting in a queue.
const clusterPace = 5 * time.Millisecond // 200/s

// clusterPaced compares the latency of deliveries, from the call to enqueue to the end of the
// attempt, with that of a raw POST.
func clusterPaced(ctx context.Context, s settings) ([]row, error) {
	c, err := newNodeCluster(ctx, s, roleSink, s.workers)
	if err != nil {
		return nil, err
	}
	defer c.end()
	body, header, err := c.source.sample()
	if err != nil {
		return nil, err
	}
	raw, err := newPost(c.sink, body, header, s.workers)
	if err != nil {
		return nil, err
	}
	limit, err := atPace(ctx, s.duration, clusterPace, func(ctx context.Context) (time.Duration, error) {
		began := time.Now()
		err := raw.do(ctx)
		return time.Since(began), err
	})
	if err != nil {
		return nil, err
	}
	ours, err := c.latencies(ctx, c.source, s.duration, clusterPace)
	return []row{
		compare("p50 at 200/s", ours, limit, 0.50, ""),
		compare("p99 at 200/s", ours, limit, 0.99, "< 6"),
	}, err
}

// clusterEnqueue compares what two stores on one database enqueue with what one store enqueues.
func clusterEnqueue(ctx context.Context, s settings) ([]row, error) {
	c, err := newCluster(ctx, s, roleSink, s.workers)
	if err != nil {
		return nil, err
	}
	defer c.end()
	if err := c.store.SetWebhookState(ctx, c.source.webhook.ID, storage.Paused, ""); err != nil {
		return nil, err
	}
	other, _, err := openShared(ctx, c.dir)
	if err != nil {
		return nil, err
	}
	defer other.Close()
	stores := [2]store{c.store, other}
	var next atomic.Int64
	one, err := hammer(ctx, 2*perNode, s.duration, func(ctx context.Context) error { return enqueueOne(ctx, c.store, c.source) })
	if err != nil {
		return nil, err
	}
	two, err := hammer(ctx, 2*perNode, s.duration, func(ctx context.Context) error {
		return enqueueOne(ctx, stores[next.Add(1)%2], c.source)
	})
	return []row{{what: fmt.Sprintf("enqueued by 2 × %d, vs. 1 × %d", perNode, 2*perNode), ours: perSecond(two), limit: perSecond(one), ratio: two / one, goal: "> 0.5"}}, err
}
