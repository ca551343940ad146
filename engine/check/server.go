package check

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"backchannel/storage"
)

// A ServerStore is a [Store] that also has the requested runs.
type ServerStore interface {
	Store
	OpenChecks(ctx context.Context) ([]storage.CheckRun, error)
	// MarkChecksLost ends the runs of this node, and of nodes that are gone.
	MarkChecksLost(ctx context.Context, reason string) error
	Webhook(ctx context.Context, id storage.ID) (storage.Webhook, error)
	Changes(ctx context.Context) <-chan storage.Change
}

// A Server makes the requested runs, those of several webhooks at once. Only the leader may have
// one, because when a server starts, it marks as lost every run that is already running.
type Server struct {
	cfg   Config
	store ServerStore

	group  sync.WaitGroup
	panics chan any

	mu     sync.Mutex // guards active
	active map[storage.ID]activeRun
}

// An activeRun is a run that this server is making.
type activeRun struct {
	webhook storage.ID
	stop    context.CancelCauseFunc
}

// NewServer returns a server, which [Server.Run] starts.
func NewServer(store ServerStore, cfg Config) *Server {
	return &Server{cfg: cfg.withDefaults(), store: store, panics: make(chan any, 1), active: map[storage.ID]activeRun{}}
}

// lostReason is the reason stored with a run whose process died.
const lostReason = "the process that ran the check died; its results so far are kept; run the check again"

// An OrphanStore knows whether an engine is running, and has the runs of engines that died.
type OrphanStore interface {
	TryLead() (release func(), ok bool, err error)
	MarkChecksLost(ctx context.Context, reason string) error
}

// MarkOrphansLost ends the runs whose process died. They would otherwise be shown as running, and
// would keep their webhooks from being checked again. If an engine is running, it has done so when
// it started. Leading meanwhile keeps another process from beginning a run.
func MarkOrphansLost(ctx context.Context, store OrphanStore) error {
	release, leads, err := store.TryLead()
	if err != nil || !leads {
		return err
	}
	defer release()
	return store.MarkChecksLost(ctx, lostReason)
}

// Run makes runs until ctx ends, then interrupts those under way and returns when they are stored.
// If a run panics, Run panics as well.
func (s *Server) Run(ctx context.Context) error {
	markLost := func(ctx context.Context) error { return s.store.MarkChecksLost(ctx, lostReason) }
	onRetry := func(err error) { s.logError(ctx, "end the checks of processes that died", err) }
	if err := storage.Persist(ctx, markLost, onRetry); err != nil && ctx.Err() == nil {
		return err
	}
	defer s.group.Wait()
	storage.React(ctx, s.store.Changes(ctx), s.panics, s.handle)
	return nil
}

// handle starts and stops runs after a change. Webhooks matter too, because a run stops when its
// webhook is paused or deleted.
func (s *Server) handle(ctx context.Context, change storage.Change) {
	if !change.Has(storage.ChangedChecks | storage.ChangedWebhooks) {
		return
	}
	open, err := s.store.OpenChecks(ctx)
	if err != nil {
		s.logError(ctx, "read the requested checks", err)
		return
	}
	if change.Has(storage.ChangedWebhooks) {
		s.stopPausedOrDeleted(ctx)
	}
	for _, run := range open {
		switch {
		case run.State == storage.CheckRequested:
			s.start(ctx, run)
		case run.Stop != "":
			s.stop(run.ID, errors.New(run.Stop))
		}
	}
}

// start begins a run, unless it has begun already or is not possible.
func (s *Server) start(ctx context.Context, run storage.CheckRun) {
	s.mu.Lock()
	_, started := s.active[run.ID]
	s.mu.Unlock()
	if started {
		return
	}
	w, err := s.store.Webhook(ctx, run.WebhookID)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		s.logError(ctx, "read the webhook to check", err)
		return
	}
	limit := run.Options.WithDefaults().Timeout
	switch why := blockReason(w, err); {
	case why != nil:
		run.State, run.Reason = storage.CheckInterrupted, why.Error()
	case s.cfg.Now().Sub(run.RequestedAt) > limit:
		run.State, run.Reason = storage.CheckTimedOut, fmt.Sprintf("no engine took it within %s; run the check again", limit)
	}
	if run.Reason != "" {
		s.logError(ctx, "end a check", s.store.EndCheck(ctx, run))
		return
	}
	running, stop := context.WithCancelCause(ctx)
	s.mu.Lock()
	s.active[run.ID] = activeRun{run.WebhookID, stop}
	s.mu.Unlock()
	s.group.Go(func() { s.run(running, run, w) })
}

// blockReason returns why nothing may be sent to a webhook's endpoint, or nil. err is the error of
// reading the webhook.
func blockReason(w storage.Webhook, err error) error {
	switch {
	case err != nil:
		return errDeleted
	case w.State == storage.Paused:
		return errors.New("the webhook was paused; resume it, and run the check again")
	}
	return nil
}

// run makes one run. It hands a panic to Run, so that the process can restore the terminal before
// it ends.
func (s *Server) run(ctx context.Context, run storage.CheckRun, w storage.Webhook) {
	defer func() {
		s.stop(run.ID, nil)
		s.mu.Lock()
		delete(s.active, run.ID)
		s.mu.Unlock()
		if text := recover(); text != nil {
			select {
			case s.panics <- text:
			default:
			}
		}
	}()
	err := Run(ctx, s.cfg, s.store, run, w)
	if errors.Is(err, storage.ErrConflict) { // it was stopped before it began
		return
	}
	s.logError(ctx, "store a check", err)
}

// stop interrupts a run that this server is making. The run stores the reason.
func (s *Server) stop(id storage.ID, why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if run, ok := s.active[id]; ok {
		run.stop(why)
	}
}

// stopPausedOrDeleted stops the runs whose webhook has been paused or deleted.
func (s *Server) stopPausedOrDeleted(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, run := range s.active {
		w, err := s.store.Webhook(ctx, run.webhook)
		if err != nil && !errors.Is(err, storage.ErrNotFound) {
			continue
		}
		if why := blockReason(w, err); why != nil {
			run.stop(why)
		}
	}
}

// logError logs an error, unless the server is stopping.
func (s *Server) logError(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil && s.cfg.Engine.Logger != nil {
		s.cfg.Engine.Logger.Error(what, "error", err)
	}
}
