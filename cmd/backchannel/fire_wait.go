package main

import (
	"context"
	"time"

	"backchannel/cmd/backchannel/internal/crash"
	"backchannel/cmd/backchannel/internal/holder"
	"backchannel/storage"
	"backchannel/storage/sqlite"
)

// waiting waits for deliveries to become final.
type waiting struct {
	store *sqlite.Store
	ids   []storage.ID
	final []storage.Delivery // of the first IDs

	progress *progress
	// parked is told once, if not nil, of a delivery that nothing is tried for.
	parked func(context.Context, *sqlite.Store, storage.Delivery)
}

func (w *waiting) add(deliveries []storage.Delivery) {
	for _, d := range deliveries {
		w.ids = append(w.ids, d.ID)
	}
}

// lookAgain is how often deliveries are read when nothing hints that they changed.
const lookAgain = 250 * time.Millisecond

// run returns once all deliveries are final, or with ctx's error.
func (w *waiting) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	changes := w.store.Changes(ctx)
	again := time.NewTicker(lookAgain)
	defer again.Stop()
	for {
		done, err := w.look(ctx)
		if done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changes:
		case <-again.C:
		}
	}
}

// look reads on from the first delivery that was not final yet.
func (w *waiting) look(ctx context.Context) (done bool, err error) {
	for len(w.final) < len(w.ids) {
		d, err := w.store.Delivery(ctx, w.ids[len(w.final)])
		if err != nil {
			return false, err
		}
		if d.State == storage.Parked && w.parked != nil {
			w.parked(ctx, w.store, d)
			w.parked = nil
		}
		if !d.State.Final() {
			return false, nil
		}
		w.final = append(w.final, d)
		w.progress.add(1, "final")
	}
	return true, nil
}

// rest reads how far the others got.
func (w *waiting) rest(ctx context.Context) ([]storage.Delivery, error) {
	all := w.final
	for _, id := range w.ids[len(w.final):] {
		d, err := w.store.Delivery(ctx, id)
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}

// fireAndWait delivers by itself while nobody else does. When time is up, what is then in
// flight is cut off: a script relies on the time that it gave. An interruption leaves it
// what is left of that.
func (a *app) fireAndWait(ctx context.Context, store *sqlite.Store, plan plan, timeout time.Duration) error {
	timely, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
	defer cancel()
	limited, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(timely, stop)()
	progress := a.progress(plan.events())
	waiting := &waiting{store: store, progress: progress, parked: a.noteParked}
	defer context.AfterFunc(ctx, a.noteStopping)()
	err := a.whileHeld(limited, timely.Done(), store, func(ctx context.Context) error {
		shooter := &shooter{store: store, plan: plan, patience: timeout}
		err := shooter.run(ctx, func(deliveries []storage.Delivery) error {
			waiting.add(deliveries)
			progress.add(len(deliveries), "queued")
			return nil
		})
		if err != nil {
			return err
		}
		progress.clear()
		return waiting.run(ctx)
	})
	progress.clear()
	if interrupted := ctx.Err() != nil; err != nil && (interrupted || timely.Err() == nil) {
		return err
	}
	return a.showOutcome(context.WithoutCancel(ctx), waiting, timeout)
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
func (a *app) showOutcome(ctx context.Context, waiting *waiting, timeout time.Duration) error {
	all, err := waiting.rest(ctx)
	if err != nil {
		return err
	}
	shown := a.liveList(len(all))
	if err := shown.add(all); err != nil {
		return err
	}
	shown.finish()
	if len(all) <= maxListed {
		a.nameReceipts(ctx, waiting.store, all)
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
