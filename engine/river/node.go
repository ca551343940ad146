package river

import (
	"context"
	"slices"
	"sync"
	"time"

	"backchannel/engine"
	"backchannel/storage"
)

const (
	// beat is how often a node looks which others there are.
	beat = time.Second
	// claimAgain is after how long a node claims again what another one still used.
	claimAgain = 50 * time.Millisecond
	// silentFor is how long nothing may be heard of a node that is alive.
	silentFor = 5 * time.Second
	// staleAfter is after how long without a look at the others a node takes no more jobs. The
	// others take it for gone after 5 s, and then use what it had.
	staleAfter = 3 * time.Second
	// othersGap is the least time between two looks at what other nodes have committed.
	othersGap = 25 * time.Millisecond
)

// followChanges passes the store's hints on to the queues.
func (e *Engine) followChanges(ctx context.Context) {
	for change := range e.store.Changes(ctx) {
		if change.Has(storage.ChangedRuntime) {
			notice(e.changed)
		}
		if !change.Has(storage.ChangedDeliveries) {
			continue
		}
		if change.Has(storage.ChangedElsewhere) {
			notice(e.others)
		}
	}
}

// lookForDue finds out when the next job of each queue is due: after other nodes have committed
// something, and each second, as hints may get lost with a connection.
func (e *Engine) lookForDue(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-e.others:
			if !sleep(ctx, othersGap) {
				return
			}
		}
		timer.Reset(idle)
		next, err := e.store.NextDue(ctx)
		if err != nil { // the engine says so, which reads the store too
			continue
		}
		for webhook, at := range next {
			if q := e.queues.named(queueOf(webhook)); q != nil {
				q.expect(at)
			}
		}
	}
}

func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// coordinate keeps to what the nodes have agreed on until ctx is done.
func (e *Engine) coordinate(ctx context.Context) {
	var running sync.WaitGroup
	defer running.Wait()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-e.changed:
		case <-timer.C:
		}
		e.open(ctx, func(q *queue) { running.Go(func() { q.run(ctx) }) })
		timer.Reset(e.agree(ctx))
	}
}

// agree looks which nodes there are, and takes its part. It returns after how long to do so again.
func (e *Engine) agree(ctx context.Context) time.Duration {
	heard, err := e.store.Living(ctx)
	if err != nil {
		e.failed(ctx, "look which nodes there are", err)
		return beat
	}
	v := e.see(heard)
	settled, err := e.divide(ctx, v)
	e.hinder(ctx, "divide what webhooks allow among the nodes", err)
	e.hinder(ctx, "say that this node lives", e.unheard(heard))
	e.failed(ctx, "free what nodes had that are gone", e.free(ctx, v))
	e.failed(ctx, "look for deliveries without a job", e.restore(ctx, v))
	if !settled {
		return claimAgain
	}
	return beat
}

func (e *Engine) failed(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		e.log.Error(what, "error", err)
	}
}

// unheard returns why this node is not among those that are heard, or nil. It has no part then.
func (e *Engine) unheard(heard []int64) error {
	if slices.Contains(heard, e.store.Node()) {
		return nil
	}
	return e.store.Unheard()
}

// hinder says why attempts wait, or with nil that they do not for this reason.
func (e *Engine) hinder(ctx context.Context, what string, err error) {
	if ctx.Err() == nil {
		e.engine.Hinder(what, e.store.Explain(err))
	}
}

// A view is what a node knows of the others.
type view struct {
	living, before []int64 // now, and at the last look
	// rejoins means that the others may have taken this node for gone since the last look.
	rejoins bool
	// unsure means that nodes are among the living of which nothing is heard, because for a
	// while none could be.
	unsure bool
}

// see notes which nodes are alive. After the database was away nothing has been heard of any
// node: this one assumes for a while that those are alive that were before.
func (e *Engine) see(heard []int64) view {
	e.mu.Lock()
	defer e.mu.Unlock()
	now, v := e.now(), view{living: heard, before: e.living}
	if now.Sub(e.seen) > staleAfter {
		v.rejoins = true
		if !e.seen.IsZero() {
			e.steady = now
		}
	}
	if v.unsure = now.Sub(e.steady) < silentFor; v.unsure {
		v.living = union(e.living, heard)
	}
	v.rejoins = v.rejoins || !slices.Contains(heard, e.store.Node())
	e.living, e.seen = v.living, now
	e.leads.Store(len(v.living) > 0 && v.living[0] == e.store.Node())
	return v
}

// union returns the nodes of two lists, those of the first one first.
func union(a, b []int64) []int64 {
	all := slices.Clone(a)
	for _, node := range b {
		if !slices.Contains(all, node) {
			all = append(all, node)
		}
	}
	return all
}

// stale reports whether this node does not know what the others do.
func (e *Engine) stale() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.now().Sub(e.seen) > staleAfter
}

// divide takes this node's part of each webhook. Of what it has too much it uses no more before
// it says so to the store, which gives it to another node. It returns false if this node has
// to wait for others.
func (e *Engine) divide(ctx context.Context, v view) (settled bool, err error) {
	all, targets := e.queues.all(), map[storage.ID]int{}
	var claims []storage.Claim
	for _, q := range all {
		id, allowed := q.worker.WebhookID(), q.worker.Allowed()
		if v.rejoins {
			q.held = 0
		}
		target := Part(id, allowed, v.living, e.store.Node())
		targets[id] = target
		q.divide(min(target, q.held), Working(allowed, len(v.living)))
		if q.held != target && !q.isOver() {
			claims = append(claims, storage.Claim{WebhookID: id, Allowed: allowed, Using: q.worker.InFlight(), Wanted: target})
		}
	}
	if len(claims) == 0 {
		return true, nil
	}
	held, err := e.store.Claim(ctx, v.living, claims...)
	if err != nil {
		return false, err
	}
	settled = true
	for _, q := range all {
		id := q.worker.WebhookID()
		if got, claimed := held[id]; claimed {
			q.held = got
		}
		target := targets[id]
		q.divide(min(target, q.held), Working(q.worker.Allowed(), len(v.living)))
		settled = settled && q.held == target
	}
	return settled, nil
}

// divide tells the worker how much it may use.
func (q *queue) divide(part, working int) {
	q.worker.Divide(engine.Part{Concurrency: part, Engines: working, Probes: q.node.leads.Load()})
}
