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
	// beat is the interval at which a node reads which nodes are alive.
	beat = time.Second
	// claimAgain is the pause before a node claims again what another node was still using.
	claimAgain = 50 * time.Millisecond
	// othersGap is the minimum time between two reads of what other nodes have committed.
	othersGap = 25 * time.Millisecond
)

// followChanges turns the store's hints into notices for coordinate and lookForDue.
func (e *Engine) followChanges(ctx context.Context) {
	for change := range e.store.Changes(ctx) {
		if change.Has(storage.ChangedRuntime) {
			storage.Wake(e.changed)
		}
		if !change.Has(storage.ChangedDeliveries) {
			continue
		}
		if change.Has(storage.ChangedElsewhere) {
			storage.Wake(e.others)
		}
	}
}

// lookForDue tells each queue when its next job is due. It reads that after other nodes have
// committed something, and every second, because hints get lost with a connection.
func (e *Engine) lookForDue(ctx context.Context) {
	storage.Repeat(ctx, e.others, func(ctx context.Context) time.Duration {
		next, _ := e.store.NextDue(ctx) // the engine reads the store too, and reports the error
		for webhook, at := range next {
			if q := e.queues.named(queueOf(webhook)); q != nil {
				q.expect(at)
			}
		}
		storage.Sleep(ctx, othersGap)
		return idle
	})
}

// coordinate keeps this node's queues and shares up to date until ctx is done.
func (e *Engine) coordinate(ctx context.Context) {
	var running sync.WaitGroup
	defer running.Wait()
	storage.Repeat(ctx, e.changed, func(ctx context.Context) time.Duration {
		e.open(ctx, func(q *queue) { running.Go(func() { q.run(ctx) }) })
		return e.agree(ctx)
	})
}

// agree makes one pass: it reads which nodes are alive, takes this node's shares, and as a leader
// cleans up after dead nodes. It returns the pause until the next pass.
func (e *Engine) agree(ctx context.Context) time.Duration {
	heard, err := e.store.Living(ctx)
	if err != nil {
		e.logError(ctx, "list the nodes", err)
		return beat
	}
	v := e.members.see(e.now(), e.store.Node(), heard)
	e.reportJobError(ctx, "read which queues are paused", e.followPauses(ctx))
	settled, err := e.divide(ctx, v)
	e.reportObstacle(ctx, "divide the concurrency of webhooks among the nodes", err)
	e.reportObstacle(ctx, "send this node's heartbeat", e.unheard(heard))
	e.reportJobError(ctx, "free the jobs of dead nodes", e.rescuer.free(ctx, v))
	e.logError(ctx, "look for deliveries without a job", e.rescuer.restore(ctx, v))
	if !settled {
		return claimAgain
	}
	return beat
}

// reportJobError reports an error of reading the jobs. A transient one, such as a privilege that was
// revoked, keeps attempts from beginning as well, so it is an obstacle. Any other is only logged.
func (e *Engine) reportJobError(ctx context.Context, what string, err error) {
	if err = e.store.Explain(err); err == nil || storage.Transient(err) {
		e.reportObstacle(ctx, what, err)
		return
	}
	e.logError(ctx, what, err)
}

func (e *Engine) logError(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		e.log.Error(what, "error", err)
	}
}

// unheard returns why this node is not among the live ones, or nil. Without a heartbeat it has no
// share of any webhook.
func (e *Engine) unheard(heard []int64) error {
	if slices.Contains(heard, e.store.Node()) {
		return nil
	}
	return e.store.Unheard()
}

// reportObstacle reports to the engine why attempts are waiting, or with a nil err that this reason is
// gone.
func (e *Engine) reportObstacle(ctx context.Context, what string, err error) {
	if ctx.Err() == nil {
		e.engine.ReportObstacle(what, e.store.Explain(err))
	}
}

// divide claims this node's share of each webhook. It stops using a surplus before it tells the
// store, which may then give it to another node. It returns false if this node must wait until
// other nodes give up theirs.
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
		q.divide(min(target, q.held), working(allowed, len(v.living)))
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
		q.divide(min(target, q.held), working(q.worker.Allowed(), len(v.living)))
		settled = settled && q.held == target
	}
	return settled, nil
}

// divide tells the worker its share.
func (q *queue) divide(part, working int) {
	q.worker.Divide(engine.Part{Concurrency: part, Engines: working, Probes: q.node.leads()})
}
