package main

import (
	"context"
	"fmt"
	"time"

	"backchannel/fixtures/fire"
	"backchannel/storage"
)

// An awaited is what fire waits for, and for how long.
type awaited struct {
	answer  fire.Answer // empty: that every event is delivered
	timeout time.Duration
}

// fireAndWait fires and waits for the outcomes. If no engine is running, this process delivers the
// events.
func (s fireSession) fireAndWait(ctx context.Context, store fireStore, plan fire.Plan, awaited awaited) error {
	progress := s.progress(plan.Events())
	outcomes := &fire.Outcomes{
		Store: store, Expect: awaited.answer, Planned: plan.Events(),
		Known:  func(storage.Delivery) { progress.add(1, "done") },
		Parked: func(ctx context.Context, d storage.Delivery) { s.noteParked(ctx, store, d) },
	}
	err := processSession(s).withEngineFor(ctx, store, awaited.timeout, func(ctx context.Context) error {
		firer := &fire.Firer{Store: store, Plan: plan, Patience: awaited.timeout, Expect: awaited.answer}
		err := firer.Run(ctx, func(deliveries []storage.Delivery) error {
			outcomes.Add(deliveries)
			progress.add(len(deliveries), "queued")
			return nil
		})
		if err != nil {
			return err
		}
		// The count starts again: first how many are queued, then how many are done.
		progress.clear()
		return outcomes.Wait(ctx)
	})
	progress.clear()
	if err != nil {
		return err
	}
	return s.showOutcome(context.WithoutCancel(ctx), store, outcomes, awaited.timeout)
}

// showOutcome shows the deliveries, and returns the error of judgeOutcome.
func (s fireSession) showOutcome(ctx context.Context, store fireStore, outcomes *fire.Outcomes, timeout time.Duration) error {
	all, err := outcomes.All(ctx)
	if err != nil {
		return err
	}
	shown := s.liveList(len(all))
	if err := shown.add(all); err != nil {
		return err
	}
	shown.finish()
	s.writeFigures(fire.TallyOf(all))
	if len(all) <= maxListed {
		s.nameReceipts(ctx, store, all)
	}
	return s.judgeOutcome(ctx, outcomes, all, timeout)
}

// writeFigures writes the speed of several deliveries and a histogram of their latencies, only to a
// terminal.
func (s fireSession) writeFigures(tally fire.Tally) {
	if tally.Final() < 2 || s.settings.json() || !s.out.terminal() {
		return
	}
	fmt.Fprintf(s.out, "\n%s %s\n", tally.Counts(), tally.Figures(latency))
	writeBars(s.out, storage.Bars(tally.Latencies().Buckets, 0))
}

// judgeOutcome returns an error unless every delivery ended as expected.
func (s fireSession) judgeOutcome(ctx context.Context, outcomes *fire.Outcomes, all []storage.Delivery, timeout time.Duration) error {
	sorted, err := outcomes.Sort(ctx, all)
	if err != nil {
		return err
	}
	failed, open := len(sorted.Failed), len(sorted.Open)
	switch {
	// Failures come before timeouts, because more time would not change them.
	case failed > 0 && outcomes.Expect == "":
		return unmetf("%d of %d deliveries failed", failed, len(all))
	case failed > 0:
		return unmetf("%d of %d deliveries were not answered as expected with %s, but with %s", failed, len(all), outcomes.Expect, fire.Answers(sorted.Failed))
	case sorted.Unqueued > 0:
		return timeoutf("%d of %d events were not queued within %s; they are lost", sorted.Unqueued, outcomes.Planned, timeout)
	case open > 0 && outcomes.Expect == "":
		return timeoutf("%d of %d deliveries are not final after %s", open, len(all), timeout)
	case open > 0:
		return timeoutf("%d of %d deliveries were not answered with %s within %s; so far: %s",
			open, len(all), outcomes.Expect, timeout, fire.Answers(sorted.Open))
	}
	if retried := len(sorted.Retried); retried > 0 {
		s.note("%d of %d deliveries were answered as expected but will be retried; backchannel delivery cancel %s stops that for one",
			retried, len(all), sorted.Retried[0].ID)
	}
	return nil
}

// nameReceipts notes the commands that show the receipts of deliveries. Receipts that cannot be
// read are left out, because the command itself has succeeded.
func (s fireSession) nameReceipts(ctx context.Context, store fireStore, deliveries []storage.Delivery) {
	for _, d := range deliveries {
		receipts, err := store.ReceiptsOfDelivery(ctx, d.ID)
		if err != nil || len(receipts) == 0 {
			continue
		}
		s.note("receipt: backchannel receipt show %s", receipts[len(receipts)-1].ID)
	}
}
