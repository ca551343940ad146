package main

import (
	"context"
	"time"

	"backchannel/fixtures/execute"
	"backchannel/storage"
)

// await waits until every event of a call is final. If no engine is running, this process delivers
// them.
func (s executeSession) await(ctx context.Context, store executeStore, waiter *execute.Waiter, timeout time.Duration) error {
	made, err := waiter.Outcome(ctx)
	if err != nil {
		return err
	}
	progress := s.progress(len(made.Events()))
	seen := 0
	waiter.Progress = func(final, _ int) {
		progress.add(final-seen, "done")
		seen = final
	}
	waiter.Parked = func(ctx context.Context, id storage.ID) {
		if d, err := store.Delivery(ctx, id); err == nil {
			s.noteParked(ctx, store, d)
		}
	}
	// A rejected or silent call plans no events, and an engine must not be started for nothing.
	if made.Open() > 0 {
		err = processSession(s).withEngineFor(ctx, store, timeout, waiter.Wait)
	}
	progress.clear()
	if err != nil {
		return err
	}
	// After Ctrl+C the outcome so far is still shown.
	if made, err = waiter.Outcome(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	if err := s.showCall(made); err != nil {
		return err
	}
	return judgeCall(made, timeout)
}

// judgeCall returns an error unless every event of a call was delivered.
func judgeCall(made execute.Outcome, timeout time.Duration) error {
	result, why := made.Result()
	switch {
	case made.Execution.ExecutionID == "":
		return refusal(made.Execution)
	case result == execute.Unmet:
		return unmetf("%s", why)
	case result == execute.Unfinished:
		return timeoutf("%s after %s", why, timeout)
	}
	return nil
}
