package check

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"backchannel/storage"
)

// A ServerStore has the runs that people ask for, and stores what a run does.
type ServerStore interface {
	Store
	OpenChecks(ctx context.Context) ([]storage.CheckRun, error)
	// LoseChecks ends the runs of this node, and of nodes that are gone.
	LoseChecks(ctx context.Context, reason string) error
	Webhook(ctx context.Context, id storage.ID) (storage.Webhook, error)
	Changes(ctx context.Context) <-chan storage.Change
}

// A Server makes the runs that are asked for, of several webhooks at once. Only the leader may
// have one: it takes a run that is already marked as running when it starts for lost.
type Server struct {
	cfg   Config
	store ServerStore

	group  sync.WaitGroup
	panics chan any

	mu     sync.Mutex // guards active
	active map[storage.ID]activeRun
}

// An activeRun is a run that this server makes.
type activeRun struct {
	webhook storage.ID
	stop    context.CancelCauseFunc
}

// NewServer returns a server that does not run yet.
func NewServer(store ServerStore, cfg Config) *Server {
	return &Server{cfg: cfg.withDefaults(), store: store, panics: make(chan any, 1), active: map[storage.ID]activeRun{}}
}

// lostReason is the reason with which the run of a dead process ends.
const lostReason = "the process that made the run died; what it did is kept: run the check again"

// An OrphanStore tells whether an engine is running, and has the runs of engines that died.
type OrphanStore interface {
	TryLead() (release func(), ok bool, err error)
	LoseChecks(ctx context.Context, reason string) error
}

// LoseOrphans ends the runs whose process died, unless an engine is running, which did so when it
// started. Otherwise they would be shown as running, and would keep their webhooks from being
// checked again. This process leads meanwhile, so that no run can begin.
func LoseOrphans(ctx context.Context, store OrphanStore) error {
	release, leads, err := store.TryLead()
	if err != nil || !leads {
		return err
	}
	defer release()
	return store.LoseChecks(ctx, lostReason)
}

// Run takes runs until ctx ends, which interrupts those under way, and returns when they are
// stored. A panic in a run is raised again here.
func (s *Server) Run(ctx context.Context) error {
	lose := func(ctx context.Context) error { return s.store.LoseChecks(ctx, lostReason) }
	waits := func(err error) { s.failed(ctx, "end the checks of processes that died", err) }
	if err := storage.Persist(ctx, lose, waits); err != nil && ctx.Err() == nil {
		return err
	}
	defer s.group.Wait()
	changes := s.store.Changes(ctx)
	change := storage.ChangedAll // what changed before the subscription
	for {
		s.handle(ctx, change)
		select {
		case <-ctx.Done():
			return nil
		case text := <-s.panics:
			panic(text)
		case c, open := <-changes:
			if change = c; !open {
				changes = nil // the store is closed
			}
		}
	}
}

// handle begins and stops runs after a change. Webhooks matter too: a run stops when its webhook
// is paused or deleted.
func (s *Server) handle(ctx context.Context, change storage.Change) {
	if !change.Has(storage.ChangedChecks | storage.ChangedWebhooks) {
		return
	}
	open, err := s.store.OpenChecks(ctx)
	if err != nil {
		s.failed(ctx, "read the checks that are asked for", err)
		return
	}
	if change.Has(storage.ChangedWebhooks) {
		s.stopUnfit(ctx)
	}
	for _, run := range open {
		switch {
		case run.State == storage.CheckAsked:
			s.take(ctx, run)
		case run.Stop != "":
			s.stop(run.ID, errors.New(run.Stop))
		}
	}
}

// take begins a run, unless it has begun or should not.
func (s *Server) take(ctx context.Context, run storage.CheckRun) {
	s.mu.Lock()
	_, taken := s.active[run.ID]
	s.mu.Unlock()
	if taken {
		return
	}
	w, err := s.store.Webhook(ctx, run.WebhookID)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		s.failed(ctx, "read the webhook to check", err)
		return
	}
	why := unfitNow(w, err)
	if limit := run.Options.WithDefaults().Timeout; why == nil && s.cfg.Now().Sub(run.AskedAt) > limit {
		why = fmt.Errorf("no engine took it within %s; run the check again", limit)
	}
	if why != nil {
		run.State, run.Reason = storage.CheckInterrupted, why.Error()
		s.failed(ctx, "end a check", s.store.EndCheck(ctx, run))
		return
	}
	running, stop := context.WithCancelCause(ctx)
	s.mu.Lock()
	s.active[run.ID] = activeRun{run.WebhookID, stop}
	s.mu.Unlock()
	s.group.Go(func() { s.run(running, run, w) })
}

// unfitNow returns why nothing may be sent to a webhook's endpoint, or nil.
func unfitNow(w storage.Webhook, err error) error {
	switch {
	case err != nil:
		return errDeleted
	case w.State == storage.Paused:
		return errors.New("the webhook was paused; resume it, and run the check again")
	}
	return nil
}

// run makes one run. A panic is handed to Run, so that the process can restore the terminal
// before it ends.
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
	s.failed(ctx, "store a check", err)
}

// stop ends a run that this server makes, for a reason that the run stores.
func (s *Server) stop(id storage.ID, why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if run, ok := s.active[id]; ok {
		run.stop(why)
	}
}

// stopUnfit stops the runs whose webhook has been paused or deleted.
func (s *Server) stopUnfit(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, run := range s.active {
		w, err := s.store.Webhook(ctx, run.webhook)
		if err != nil && !errors.Is(err, storage.ErrNotFound) {
			continue
		}
		if why := unfitNow(w, err); why != nil {
			run.stop(why)
		}
	}
}

// failed logs an error, unless the server is ending.
func (s *Server) failed(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil && s.cfg.Engine.Logger != nil {
		s.cfg.Engine.Logger.Error(what, "error", err)
	}
}
