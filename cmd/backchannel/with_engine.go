package main

import (
	"context"
	"time"

	"backchannel/cmd/backchannel/internal/crash"
	"backchannel/cmd/backchannel/internal/leader"
)

// withEngineFor is like withEngine for a limited time. It returns nil if the time is up. Attempts
// that are then in flight are cut off, because scripts rely on the timeout. After an interruption
// they have the rest of the time.
func (s processSession) withEngineFor(ctx context.Context, store processStore, timeout time.Duration, run func(context.Context) error) error {
	timely, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
	defer cancel()
	limited, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(timely, stop)()
	defer s.noteStopping(ctx)()
	err := s.withEngine(limited, timely.Done(), store, run)
	if interrupted := ctx.Err() != nil; !interrupted && timely.Err() != nil {
		return nil
	}
	return err
}

// An onlyLeader is a store for which this process delivers only if no other does. The lock of a
// data folder ensures that anyway, but with a database a command would otherwise become another
// node.
type onlyLeader struct{ processStore }

// TryLead returns false while another process delivers.
func (s onlyLeader) TryLead() (release func(), ok bool, err error) {
	if _, alive, err := s.Runtime(context.Background()); alive || err != nil {
		return nil, false, err
	}
	return s.processStore.TryLead()
}

// withEngine calls a function while an engine is running. If no other process delivers, this one
// does. If it cannot, the function's context is cancelled. After the function has returned,
// attempts in flight have time until cutoff.
func (s processSession) withEngine(ctx context.Context, cutoff <-chan struct{}, store processStore, run func(context.Context) error) error {
	if s.settings.observe {
		if err := s.noteWaiting(ctx, store); err != nil {
			return err
		}
	}
	// Two contexts: leading ends when the function has returned, running when the engine has
	// failed.
	leading, stop := context.WithCancel(ctx)
	running, abort := context.WithCancelCause(ctx)
	defer abort(nil)
	// A command cannot wait for a database as serve does, because a script waits for the command.
	store.OnLost(func(lost error) {
		if lost != nil {
			abort(lost)
		}
	})
	led := make(chan error, 1)
	go func() {
		err := crash.Guard(func() error {
			return s.lead(leading, onlyLeader{store}, func(cfg *leader.Config) {
				cfg.Cutoff, cfg.OnCutOff, cfg.OnStall = cutoff, s.noteCutOff, s.noteStall
				s.noteOwnEngine(cfg)
			})
		})
		if err != nil {
			abort(err)
		}
		led <- err
	}()
	err := run(running)
	stop()
	if broken := <-led; broken != nil {
		return broken
	}
	if lost := store.Lost(); lost != nil && err != nil {
		return lost
	}
	return err
}

// noteOwnEngine notes that this process delivers, because no other does.
func (s processSession) noteOwnEngine(cfg *leader.Config) {
	cfg.Started = func(started leader.Status) {
		s.note("no engine is running, so this command delivers until its own deliveries are final")
		if started.Limited != "" {
			s.note("%s", started.Limited)
		}
		if started.ReceiverError != "" {
			s.note("the receiver is off: %s", started.ReceiverError)
		}
	}
}
