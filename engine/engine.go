// Package engine delivers events: it decides when each delivery is attempted, attempts
// it, and records what happened. Start with [New] and [Engine.Run]. [Attempt] makes a
// single attempt without a store, and package engine/policy decides what its outcome
// means, so that another queue can deliver by the same rules.
//
// Each webhook has a dispatcher of its own, with a bounded queue in memory, a limit of
// attempts in flight, a token bucket and a circuit breaker. What does not fit into the
// queue stays in the store and is read when there is space. The engine finds work through hints
// that something changed, so it does not matter which process enqueued it.
//
// A delivery is attempted at least once: a worker waits until an outcome is committed
// before it claims more work, so that after a crash at most what was in flight is sent
// again. The engine follows no redirects, uses no proxy, and refuses to connect to the
// addresses that its guard blocks. It holds no lock: see [Lead] for that.
package engine

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"backchannel/storage"
)

// commitGrace is how long outcomes may take to be committed after the attempts in flight have
// ended. A store that takes longer is stalled, and the process must end nevertheless.
const commitGrace = 2 * time.Second

// An Engine delivers the deliveries in a store. Only one may run on a store at a time.
type Engine struct {
	store     Store
	source    Source // of jobs; nil: the store
	cfg       Config
	endpoints *endpointBuilder
	log       *slog.Logger

	working    context.Context // of attempts
	committing context.Context // of commits; it ends last
	stopWork   context.CancelFunc
	stopCommit context.CancelFunc
	draining   atomic.Bool
	cutOff     atomic.Int64 // attempts that the drain aborted

	dispatchers *dispatchers
	routines    *routines
	commands    commands
	committer   *committer
	shortages   *shortages
	obstacles   *obstacles
	quota       quota
	marker      *marker
	gauge       *gauge
	stats       *stats
	activity    activityRecorder
	reads       *readMonitor
	stallMu     sync.Mutex // locked during OnStall, so that its last call reports the latest state
}

// New returns an engine that does not run yet.
func New(store Store, cfg Config) *Engine {
	cfg = cfg.withDefaults()
	e := &Engine{
		store: store, cfg: cfg, endpoints: cfg.endpoints(), log: cfg.Logger,
		dispatchers: newDispatchers(), routines: newRoutines(), quota: newQuota(cfg.Concurrency), stats: newStats(cfg.Now),
		activity: activityRecorder{store: store, log: cfg.Logger, now: cfg.Now},
		reads:    &readMonitor{log: cfg.Logger},
	}
	e.working, e.stopWork = context.WithCancel(context.Background())
	e.committing, e.stopCommit = context.WithCancel(context.Background())
	e.commands = commands{store: store, dispatchers: e.dispatchers, reads: e.reads, log: e.log}
	e.committer = &committer{
		ctx: e.committing, store: store, delivery: store.Delivery, activity: e.activity, log: e.log, now: cfg.Now,
		changed: e.reportStall,
	}
	e.committer.resume = e.dispatchers.wake
	e.shortages = &shortages{
		ctx: e.committing, activity: e.activity, now: cfg.Now, draining: &e.draining,
		release: e.dispatchers.releaseIdle, changed: e.committer.changed,
	}
	e.obstacles = &obstacles{log: e.log, changed: e.committer.changed, all: map[string]string{}}
	e.marker = &marker{store: store, dispatchers: e.dispatchers, log: e.log, now: cfg.Now, claimed: make(chan struct{}, 1)}
	e.gauge = &gauge{store: store, dispatchers: e.dispatchers, reads: e.reads}
	return e
}

func (e *Engine) now() time.Time { return e.cfg.Now() }

// Run delivers until ctx is done. It then claims nothing more and waits for the attempts in
// flight, but not longer than Config.Drain and Config.Cutoff allow. It aborts the rest,
// which count as not attempted, and returns when all outcomes are committed. It can be
// called once. A panic in any goroutine of the engine is raised again here.
func (e *Engine) Run(ctx context.Context) error {
	defer e.stopCommit()
	defer e.stopWork()
	running, stop := context.WithCancel(ctx)
	defer stop()
	if err := e.Persist(running, "begin to deliver", e.start); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	e.routines.spawn(func() { e.marker.run(running, e.committing) })
	e.routines.spawn(func() { e.gauge.run(running) })
	e.loop(running)
	stop()
	e.drain()
	return nil
}

// Persist does what an engine needs before it begins attempts, and repeats it while it fails with a
// transient error. Meanwhile the error is the reason of a stall.
func (e *Engine) Persist(ctx context.Context, what string, do func(context.Context) error) error {
	return storage.Persist(ctx, do, func(err error) {
		if err != nil {
			e.log.Warn("the start waits", "for", what, "error", err)
		}
		e.obstacles.put(what, err)
	})
}

// ReportObstacle reports why a source cannot do something that attempts wait for, or with nil that it
// can again. Until then the error is the reason of a stall.
func (e *Engine) ReportObstacle(what string, err error) { e.obstacles.put(what, err) }

// start takes over what an earlier run left behind. Deliveries that it had marked as sending are
// reset first: its attempts are over, and Due would not return them.
func (e *Engine) start(ctx context.Context) error {
	e.gauge.changed()
	if err := e.store.ResetSending(ctx); err != nil {
		return fmt.Errorf("take over deliveries: %w", err)
	}
	breakers, err := e.store.Breakers(ctx)
	if err != nil {
		return fmt.Errorf("read circuit breakers: %w", err)
	}
	return e.reload(ctx, breakers)
}

// loop handles the store's hints. Its pause keeps one of several engines from reading the store after
// every change of any of them: the changes during it arrive as one hint.
func (e *Engine) loop(ctx context.Context) {
	storage.React(ctx, e.store.Changes(ctx), e.routines.panics, func(ctx context.Context, change storage.Change) {
		e.handleChange(ctx, change)
		if e.source != nil {
			storage.Sleep(ctx, hintGap)
		}
	})
}

// handleChange reads again what a hint says has changed. Webhooks come first, because a delivery
// may belong to a webhook that is new.
func (e *Engine) handleChange(ctx context.Context, change storage.Change) {
	if change.Has(storage.ChangedWebhooks) {
		if err := e.reload(ctx, nil); err != nil {
			e.reads.failed(ctx, err)
		}
	}
	if change.Has(storage.ChangedDeliveries) {
		if e.source == nil {
			e.hint(ctx)
		} else if err := e.followBreakers(ctx); err != nil {
			e.reads.failed(ctx, err)
		}
		e.commands.run(ctx)
		e.gauge.changed()
	}
}

// hint makes the dispatchers read the store. Of those without work in memory, it wakes only
// the ones that have a delivery waiting, which a single query finds for all of them.
func (e *Engine) hint(ctx context.Context) {
	var idle []*dispatcher
	for _, d := range e.dispatchers.all() {
		if d.queue.hasWork() {
			d.pages.hint()
			continue
		}
		idle = append(idle, d)
	}
	if len(idle) <= 1 {
		for _, d := range idle {
			d.pages.hint()
		}
		return
	}
	next, err := e.store.NextDue(ctx)
	if err != nil {
		e.reads.failed(ctx, err)
	}
	for _, d := range idle {
		if at, waits := next[d.queue.id]; waits || err != nil {
			d.pages.expect(at)
		}
	}
}

// reload updates the dispatchers to the webhooks in the store.
func (e *Engine) reload(ctx context.Context, breakers []storage.Breaker) error {
	webhooks, err := e.store.Webhooks(ctx)
	if err != nil {
		return fmt.Errorf("read webhooks: %w", err)
	}
	edited := e.dispatchers.reconcile(webhooks, func(w storage.Webhook) *dispatcher {
		d := newDispatcher(e, w, breakerOf(breakers, w.ID))
		if e.source != nil {
			d.handOver()
			return d
		}
		e.routines.spawn(func() { d.run(ctx) })
		return d
	})
	if e.source != nil {
		for _, d := range edited {
			d.probeNow()
		}
	}
	return nil
}

func breakerOf(breakers []storage.Breaker, webhook storage.ID) storage.Breaker {
	for _, b := range breakers {
		if b.WebhookID == webhook {
			return b
		}
	}
	return storage.Breaker{WebhookID: webhook}
}

// halted reports whether no attempt may be claimed.
func (e *Engine) halted() bool {
	return e.draining.Load() || e.committer.stalled() || e.cfg.Blocked()
}

// Stall returns why deliveries wait, apart from reasons that concern one webhook, or "".
func (e *Engine) Stall() string {
	var all []string
	if cause := e.committer.reason(); cause != "" {
		all = append(all, "deliveries wait until outcomes can be recorded again: "+cause)
	}
	if cause := e.obstacles.reason(); cause != "" {
		all = append(all, "deliveries wait until attempts can begin again: "+cause)
	}
	if what := e.shortages.reason(); what != "" {
		all = append(all, "deliveries wait without using up attempts: "+what)
	}
	return strings.Join(all, "; ")
}

func (e *Engine) reportStall() {
	e.stallMu.Lock()
	defer e.stallMu.Unlock()
	e.cfg.OnStall(e.Stall())
}

// CutOff returns how many attempts were aborted because Run had to end. Whether they reached
// their endpoint is not known.
func (e *Engine) CutOff() int64 { return e.cutOff.Load() }

// Snapshot counts the deliveries that wait and those in flight, and the outcomes since the
// engine was created. The waiting ones were counted up to a second ago, or longer if there
// are very many.
func (e *Engine) Snapshot() storage.Snapshot {
	var s storage.Snapshot
	e.stats.fill(&s)
	s.InFlight = e.dispatchers.inFlight()
	waiting := e.gauge.last()
	s.Queued, s.Retrying, s.Parked = waiting.queued, waiting.retrying, waiting.parked
	return s
}

// drain ends what Run began: first the attempts, then the commits of their outcomes. An attempt
// that is cut off still has its outcome to record, which is why the two contexts end one after
// the other.
func (e *Engine) drain() {
	e.draining.Store(true)
	e.dispatchers.giveUp()
	ended := e.routines.ended()
	e.routines.await(ended, e.cfg.Drain, e.cfg.Cutoff)
	e.stopWork()
	e.routines.await(ended, commitGrace, nil)
	e.stopCommit()
	<-ended
	for _, d := range e.dispatchers.all() {
		d.close()
	}
	e.handBack()
}

// handBack resets the deliveries that are still marked as sending, so that the next run, in
// whichever process, makes their attempts. The engine's own contexts have ended, so it uses a new
// one.
func (e *Engine) handBack() {
	ctx, cancel := context.WithTimeout(context.Background(), commitGrace)
	defer cancel()
	if err := e.store.ResetSending(ctx); err != nil {
		e.log.Error("hand back deliveries", "error", err)
	}
	if n := e.CutOff(); n > 0 {
		e.activity.record(ctx, storage.Activity{Kind: storage.ActivityProcess,
			Text: fmt.Sprintf("stopped with %d still in flight: an unfinished attempt does not count and is repeated", n)})
	}
}
