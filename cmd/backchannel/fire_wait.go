package main

import (
	"context"
	"time"

	"backchannel/cmd/backchannel/internal/crash"
	"backchannel/cmd/backchannel/internal/leader"
	"backchannel/fixtures/fire"
	"backchannel/storage"
	"backchannel/storage/sqlite"
)

// An awaited is what fire --wait waits for, and how long at most.
type awaited struct {
	answer  fire.Answer // empty: that each is delivered
	timeout time.Duration
}

// fireAndWait delivers by itself while nobody else does. When time is up, what is then in
// flight is cut off: a script relies on the time that it gave. An interruption leaves it
// what is left of that.
func (s fireSession) fireAndWait(ctx context.Context, store *sqlite.Store, plan fire.Plan, awaited awaited) error {
	timely, cancel := context.WithTimeout(context.WithoutCancel(ctx), awaited.timeout)
	defer cancel()
	limited, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(timely, stop)()
	progress := s.progress(plan.Events())
	outcomes := &fire.Outcomes{
		Store: store, Expect: awaited.answer, Planned: plan.Events(),
		Known:  func(storage.Delivery) { progress.add(1, "done") },
		Parked: func(ctx context.Context, d storage.Delivery) { deliverySession(s).noteParked(ctx, store, d) },
	}
	defer context.AfterFunc(ctx, processSession(s).noteStopping)()
	err := s.whileLed(limited, timely.Done(), store, func(ctx context.Context) error {
		firer := &fire.Firer{Store: store, Plan: plan, Patience: awaited.timeout, Expect: awaited.answer}
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
	return s.showOutcome(context.WithoutCancel(ctx), store, outcomes, awaited.timeout)
}

// whileLed runs something while somebody delivers: this process, if nobody else does.
// What keeps this process from delivering ends the run. What is in flight after it has
// until the cutoff.
func (s fireSession) whileLed(ctx context.Context, cutoff <-chan struct{}, store *sqlite.Store, run func(context.Context) error) error {
	leading, stop := context.WithCancel(ctx)
	running, abort := context.WithCancelCause(ctx)
	defer abort(nil)
	store.OnLost(func(lost error) {
		if lost != nil {
			abort(lost)
		}
	})
	led := make(chan error, 1)
	go func() {
		err := crash.Guard(func() error {
			return processSession(s).lead(leading, store, func(cfg *leader.Config) {
				cfg.Cutoff, cfg.CutOff, cfg.Trouble = cutoff, processSession(s).noteCutOff, processSession(s).noteTrouble
				s.announce(cfg)
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

// announce says that this process delivers, as nobody else does.
func (s fireSession) announce(cfg *leader.Config) {
	cfg.Started = func(started leader.Status) {
		s.note("nobody else delivers, so this command does until its own deliveries are final")
		if started.Limited != "" {
			s.note("%s", started.Limited)
		}
		if started.ReceiverError != "" {
			s.note("the receiver is off: %s", started.ReceiverError)
		}
	}
}

// showOutcome shows how the deliveries ended and says by its error how well.
func (s fireSession) showOutcome(ctx context.Context, store *sqlite.Store, outcomes *fire.Outcomes, timeout time.Duration) error {
	all, err := outcomes.All(ctx)
	if err != nil {
		return err
	}
	shown := deliverySession(s).liveList(len(all))
	if err := shown.add(all); err != nil {
		return err
	}
	shown.finish()
	if len(all) <= maxListed {
		s.nameReceipts(ctx, store, all)
	}
	return s.judgeOutcome(ctx, outcomes, all, timeout)
}

// judgeOutcome says by its error how well the deliveries came out.
func (s fireSession) judgeOutcome(ctx context.Context, outcomes *fire.Outcomes, all []storage.Delivery, timeout time.Duration) error {
	sorted, err := outcomes.Sort(ctx, all)
	if err != nil {
		return err
	}
	failed, open := len(sorted.Failed), len(sorted.Open)
	switch {
	case failed > 0 && outcomes.Expect == "":
		return unmetf("%d of %d deliveries failed", failed, len(all))
	case failed > 0:
		return unmetf("%d of %d deliveries were not answered as expected with %s, but with %s", failed, len(all), outcomes.Expect, fire.Answers(sorted.Failed))
	case sorted.Unqueued > 0:
		return timeoutf("%d of %d events were not queued within %s; they are not kept", sorted.Unqueued, outcomes.Planned, timeout)
	case open > 0 && outcomes.Expect == "":
		return timeoutf("%d of %d deliveries are not final after %s", open, len(all), timeout)
	case open > 0:
		return timeoutf("%d of %d deliveries were not answered with %s within %s; so far: %s",
			open, len(all), outcomes.Expect, timeout, fire.Answers(sorted.Open))
	}
	if retried := len(sorted.Retried); retried > 0 {
		s.note("%d of %d deliveries are retried though answered as expected; backchannel delivery cancel %s ends that for one",
			retried, len(all), sorted.Retried[0].ID)
	}
	return nil
}

// nameReceipts says where to read what the built-in receiver made of the deliveries.
func (s fireSession) nameReceipts(ctx context.Context, store *sqlite.Store, deliveries []storage.Delivery) {
	for _, d := range deliveries {
		receipts, err := store.ReceiptsOfDelivery(ctx, d.ID)
		if err != nil || len(receipts) == 0 {
			continue
		}
		s.note("receipt: backchannel receipt show %s", receipts[len(receipts)-1].ID)
	}
}
