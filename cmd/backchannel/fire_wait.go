package main

import (
	"context"
	"time"

	"backchannel/cmd/backchannel/internal/crash"
	"backchannel/cmd/backchannel/internal/holder"
	"backchannel/fixtures/fire"
	"backchannel/storage"
	"backchannel/storage/sqlite"
)

// fireAndWait delivers by itself while nobody else does. When time is up, what is then in
// flight is cut off: a script relies on the time that it gave. An interruption leaves it
// what is left of that.
func (a *app) fireAndWait(ctx context.Context, store *sqlite.Store, plan fire.Plan, timeout time.Duration) error {
	timely, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
	defer cancel()
	limited, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(timely, stop)()
	progress := a.progress(plan.Events())
	outcomes := &fire.Outcomes{
		Store:  store,
		Final:  func(storage.Delivery) { progress.add(1, "final") },
		Parked: func(ctx context.Context, d storage.Delivery) { a.noteParked(ctx, store, d) },
	}
	defer context.AfterFunc(ctx, a.noteStopping)()
	err := a.whileHeld(limited, timely.Done(), store, func(ctx context.Context) error {
		firer := &fire.Firer{Store: store, Plan: plan, Patience: timeout}
		err := firer.Run(ctx, func(deliveries []storage.Delivery) error {
			outcomes.Add(deliveries)
			progress.add(len(deliveries), "queued")
			return nil
		})
		if err != nil {
			return err
		}
		progress.clear()
		return outcomes.Wait(ctx)
	})
	progress.clear()
	if interrupted := ctx.Err() != nil; err != nil && (interrupted || timely.Err() == nil) {
		return err
	}
	return a.showOutcome(context.WithoutCancel(ctx), store, outcomes, timeout)
}

// whileHeld runs something while somebody delivers: this process, if nobody else does.
// What keeps this process from delivering ends the run. What is in flight after it has
// until the cutoff.
func (a *app) whileHeld(ctx context.Context, cutoff <-chan struct{}, store *sqlite.Store, run func(context.Context) error) error {
	holding, stop := context.WithCancel(ctx)
	running, abort := context.WithCancelCause(ctx)
	defer abort(nil)
	held := make(chan error, 1)
	go func() {
		err := crash.Guard(func() error {
			return a.hold(holding, store, func(cfg *holder.Config) {
				cfg.Cutoff, cfg.CutOff, cfg.Trouble = cutoff, a.noteCutOff, a.noteTrouble
				a.announce(cfg)
			})
		})
		if err != nil {
			abort(err)
		}
		held <- err
	}()
	err := run(running)
	stop()
	if broken := <-held; broken != nil {
		return broken
	}
	return err
}

// announce says that this process delivers, as nobody else does.
func (a *app) announce(cfg *holder.Config) {
	cfg.Started = func(s holder.Status) {
		a.note("nobody else delivers, so this command does until its own deliveries are final")
		if s.ReceiverError != "" {
			a.note("the receiver is off: %s", s.ReceiverError)
		}
	}
}

// showOutcome shows how the deliveries ended and says by its error how well.
func (a *app) showOutcome(ctx context.Context, store *sqlite.Store, outcomes *fire.Outcomes, timeout time.Duration) error {
	all, err := outcomes.All(ctx)
	if err != nil {
		return err
	}
	shown := a.liveList(len(all))
	if err := shown.add(all); err != nil {
		return err
	}
	shown.finish()
	if len(all) <= maxListed {
		a.nameReceipts(ctx, store, all)
	}
	failed, open := 0, 0
	for _, d := range all {
		switch {
		case !d.State.Final():
			open++
		case d.State != storage.StateDelivered:
			failed++
		}
	}
	switch {
	case failed > 0:
		return unmetf("%d of %d deliveries failed", failed, len(all))
	case open > 0:
		return timeoutf("%d of %d deliveries are not final after %s", open, len(all), timeout)
	}
	return nil
}

// nameReceipts says where to read what the built-in receiver made of the deliveries.
func (a *app) nameReceipts(ctx context.Context, store *sqlite.Store, deliveries []storage.Delivery) {
	for _, d := range deliveries {
		receipts, err := store.ReceiptsOfDelivery(ctx, d.ID)
		if err != nil || len(receipts) == 0 {
			continue
		}
		a.note("receipt: backchannel receipt show %s", receipts[len(receipts)-1].ID)
	}
}
