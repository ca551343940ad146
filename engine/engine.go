// Package engine delivers events: it decides when each delivery is attempted, attempts
// it, and records what happened. Start with [New] and [Engine.Run]; [Attempt] makes a
// single attempt, without a store.
//
// Each webhook has a dispatcher of its own: a bounded queue in memory, as many attempts in
// flight as it allows, a token bucket and a circuit breaker. What does not fit into the
// queue stays in the store and is read when there is room. Work is found by hints that
// something changed, never by being handed over, so that it does not matter which
// process enqueued it.
//
// A delivery is attempted at least once: a worker waits until the outcome is committed
// before it claims more, so that after a crash at most what was in flight is sent again.
// The engine refuses to follow redirects, to use a proxy, and to connect to addresses
// that its guard objects to. It holds no lock: see [Lead] for that.
package engine

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"backchannel/storage"
)

const (
	httpGone    = http.StatusGone
	markAfter   = 100 * time.Millisecond // an attempt in flight is shown as sending
	markEvery   = 50 * time.Millisecond
	commitGrace = 2 * time.Second // for outcomes, after the drain
)

// An Engine delivers what a store holds. Only one may run on a store at a time.
type Engine struct {
	store     Store
	cfg       Config
	endpoints *endpointBuilder
	stats     *stats
	log       *slog.Logger

	working    context.Context // of attempts
	committing context.Context // of commits: it ends last
	stopWork   context.CancelFunc
	stopCommit context.CancelFunc
	routines   sync.WaitGroup
	panics     chan string
	claimed    chan struct{} // holds a notice that an attempt began
	draining   atomic.Bool
	cutOff     atomic.Int64 // attempts that the drain aborted
	trouble    trouble
	lacking    lacking
	quota      quota

	mu          sync.Mutex // guards what follows
	dispatchers map[storage.ID]*dispatcher
	gauge       gauge
}

// New makes an engine; Run makes it work.
func New(store Store, cfg Config) *Engine {
	cfg = cfg.withDefaults()
	e := &Engine{
		store: store, cfg: cfg, endpoints: cfg.endpoints(), stats: newStats(cfg.Now), log: cfg.Logger,
		panics: make(chan string, 1), claimed: make(chan struct{}, 1), dispatchers: map[storage.ID]*dispatcher{},
		quota: newQuota(cfg.Concurrency),
	}
	e.working, e.stopWork = context.WithCancel(context.Background())
	e.committing, e.stopCommit = context.WithCancel(context.Background())
	return e
}

func (e *Engine) now() time.Time { return e.cfg.Now() }

// Run delivers until ctx ends. Then it claims nothing more, waits for what is in flight,
// though no longer than Config.Drain and Config.Cutoff, and aborts the rest, which counts
// as not attempted.
// It returns when all outcomes are committed. It can be called once. A panic anywhere in
// the engine is raised again here.
func (e *Engine) Run(ctx context.Context) error {
	defer e.stopCommit()
	defer e.stopWork()
	running, stop := context.WithCancel(ctx)
	defer stop()
	if err := e.start(running); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	e.spawn(func() { e.markLoop(running) })
	e.spawn(func() { e.gaugeLoop(running) })
	e.loop(running)
	stop()
	e.drain()
	return nil
}

func (e *Engine) start(ctx context.Context) error {
	e.changed()
	if err := e.store.ResetSending(ctx); err != nil {
		return fmt.Errorf("take over deliveries: %w", err)
	}
	breakers, err := e.store.Breakers(ctx)
	if err != nil {
		return fmt.Errorf("read circuit breakers: %w", err)
	}
	return e.reload(ctx, breakers)
}

// loop does what the hints ask for.
func (e *Engine) loop(ctx context.Context) {
	changes := e.store.Changes(ctx)
	heard := storage.ChangedAll // whatever changed before anybody listened
	last := storage.ID(0)
	for {
		last = e.handleChange(ctx, heard, last)
		select {
		case <-ctx.Done():
			return
		case text := <-e.panics:
			panic(text)
		case c, open := <-changes:
			if heard = c; !open {
				changes = nil // the store is closed: nothing changes any more
			}
		}
	}
}

// handleChange acts on one hint and returns the last command that was run.
func (e *Engine) handleChange(ctx context.Context, heard storage.Change, last storage.ID) storage.ID {
	if heard.Has(storage.ChangedWebhooks) {
		if err := e.reload(ctx, nil); err != nil {
			e.readFailed(ctx, err)
		}
	}
	if heard.Has(storage.ChangedDeliveries) {
		e.hintDispatchers(ctx)
		last = e.runCommands(ctx, last)
		e.changed()
	}
	return last
}

// hintDispatchers has the dispatchers read on. Of those with nothing in hand only the ones for which
// something waits: to know that of all takes a single query.
func (e *Engine) hintDispatchers(ctx context.Context) {
	var idle []*dispatcher
	for _, l := range e.allDispatchers() {
		if l.hasWork() {
			l.hint()
			continue
		}
		idle = append(idle, l)
	}
	if len(idle) <= 1 {
		for _, l := range idle {
			l.hint()
		}
		return
	}
	next, err := e.store.NextDue(ctx)
	if err != nil {
		e.readFailed(ctx, err)
	}
	for _, l := range idle {
		if at, waits := next[l.id]; waits || err != nil {
			l.expect(at)
		}
	}
}

// reload makes the dispatchers those of the webhooks that there are.
func (e *Engine) reload(ctx context.Context, breakers []storage.Breaker) error {
	webhooks, err := e.store.Webhooks(ctx)
	if err != nil {
		return fmt.Errorf("read webhooks: %w", err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	gone := map[storage.ID]*dispatcher{}
	for id, l := range e.dispatchers {
		gone[id] = l
	}
	for _, w := range webhooks {
		delete(gone, w.ID)
		if l := e.dispatchers[w.ID]; l != nil {
			l.update(w)
			continue
		}
		l := newDispatcher(e, w, breakerOf(breakers, w.ID))
		e.dispatchers[w.ID] = l
		e.spawn(func() { l.run(ctx) })
	}
	for id, l := range gone {
		l.close()
		delete(e.dispatchers, id)
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

func (e *Engine) allDispatchers() []*dispatcher {
	e.mu.Lock()
	defer e.mu.Unlock()
	dispatchers := make([]*dispatcher, 0, len(e.dispatchers))
	for _, l := range e.dispatchers {
		dispatchers = append(dispatchers, l)
	}
	return dispatchers
}

// drain ends what Run began.
func (e *Engine) drain() {
	e.draining.Store(true)
	ended := make(chan struct{})
	go func() {
		e.routines.Wait()
		close(ended)
	}()
	e.await(ended, e.cfg.Drain, e.cfg.Cutoff)
	e.stopWork()
	e.await(ended, commitGrace, nil)
	e.stopCommit()
	<-ended
	for _, l := range e.allDispatchers() {
		l.close()
	}
	e.handBack()
}

// handBack leaves to the next run what this one was sending.
func (e *Engine) handBack() {
	ctx, cancel := context.WithTimeout(context.Background(), commitGrace)
	defer cancel()
	if err := e.store.ResetSending(ctx); err != nil {
		e.log.Error("hand back deliveries", "error", err)
	}
	if n := e.CutOff(); n > 0 {
		e.recordWithin(ctx, storage.Activity{Kind: storage.ActivityProcess,
			Text: fmt.Sprintf("stopped with %d still in flight: that counts as no attempt, and is made again", n)})
	}
}

// CutOff is how many attempts were aborted because Run had to end. Whether they reached
// their endpoint is not known.
func (e *Engine) CutOff() int64 { return e.cutOff.Load() }

func (e *Engine) await(ended <-chan struct{}, atMost time.Duration, cutoff <-chan struct{}) {
	timer := time.NewTimer(atMost)
	defer timer.Stop()
	select {
	case <-ended:
	case <-timer.C:
	case <-cutoff:
	case text := <-e.panics:
		panic(text)
	}
}

// spawn runs f beside everything else. A panic in it comes out of Run.
func (e *Engine) spawn(f func()) {
	e.routines.Add(1)
	go func() {
		defer e.routines.Done()
		defer func() {
			if v := recover(); v != nil {
				select {
				case e.panics <- fmt.Sprintf("%v\n\n%s", v, debug.Stack()):
				default:
				}
			}
		}()
		f()
	}()
}

// halted reports whether nothing may be claimed.
func (e *Engine) halted() bool { return e.draining.Load() || e.trouble.lasts() || e.cfg.Blocked() }
