package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"backchannel/engine/check"
	"backchannel/storage"
	"backchannel/storage/follow"
	"backchannel/storage/report"
	"backchannel/storage/words"
)

// run requests a run, waits for its end and shows its report. Its error says that the endpoint is
// not ready, or that the run did not finish.
func (s checkSession) run(ctx context.Context, store checkStore, requested storage.CheckRun, flags checkFlags) error {
	if err := s.request(ctx, store, &requested); err != nil {
		return err
	}
	run, err := s.await(ctx, store, requested)
	if err != nil {
		return err
	}
	// Ctrl+C stops the run, but its report is still read and shown.
	after := context.WithoutCancel(ctx)
	r, err := s.report(after, store, run, flags.reportFlags)
	if err != nil {
		return err
	}
	r.Strict = flags.strict
	if err := s.present(r, flags.reportFlags); err != nil {
		return err
	}
	return judgeCheck(ctx, r)
}

// request requests a run. If the webhook is parked, the error says how to resume it.
func (s checkSession) request(ctx context.Context, store checkStore, run *storage.CheckRun) error {
	// RequestCheck refuses a parked webhook too, but package storage does not know the command that
	// resumes it.
	parked, err := storage.FindParkedReason(ctx, store, run.WebhookID)
	if err != nil {
		return err
	}
	if parked != nil {
		return fmt.Errorf("%w: nothing was sent: %s", storage.ErrConflict, s.explainParked(parked, "ID"))
	}
	if err := check.MarkOrphansLost(ctx, store); err != nil {
		return err
	}
	return store.RequestCheck(ctx, run)
}

// checkGrace is how much longer than the run's own limit this command waits, so that an engine that
// keeps to the limit always ends the run first.
const checkGrace = 30 * time.Second

// await waits for the end of a run. If no engine is running, this process makes the run. Ctrl+C
// stops the run, whose end it still waits for.
func (s checkSession) await(ctx context.Context, store checkStore, run storage.CheckRun) (storage.CheckRun, error) {
	limit := run.Options.WithDefaults().Timeout + checkGrace
	// The wait outlives Ctrl+C, which stops the run: only at its end are the skipped cases known.
	waiting, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	progress := s.progress(minProgress)
	defer context.AfterFunc(ctx, func() {
		progress.clear()
		s.note("stopping the check; a second Ctrl+C ends this command now")
	})()
	id := run.ID
	err := processSession(s).withEngine(waiting, nil, store, func(running context.Context) (err error) {
		run, err = follow.Check(running, store, id, ctx.Done(), func(run storage.CheckRun) {
			if run.State == storage.CheckRunning && ctx.Err() == nil {
				progress.show(checkProgress(run))
			}
		})
		if err != nil {
			return err
		}
		return s.resolve(running, store, &run) // before a receiver in this process ends
	})
	progress.clear()
	if err != nil && !run.State.Ended() {
		s.abandon(waiting, store, id)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return run, timeoutf("check %s has not ended within %s, so its engine may be suspended; backchannel check show %s shows how far it got", id, limit, id)
	}
	return run, err
}

// abandon stops a run that this command does not wait for any longer.
func (s checkSession) abandon(ctx context.Context, store checkStore, id storage.ID) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_ = store.StopCheck(ctx, id) // the error that led here is the one to report
}

// checkProgress returns the progress of a run in one short line.
func checkProgress(run storage.CheckRun) string {
	tally := run.Tally()
	parts := []string{fmt.Sprintf("%d of %s", tally.Done(), words.Count(len(run.Cases), "case"))}
	for _, c := range run.Cases {
		if report.Word(c) == report.Running {
			parts = append(parts, c.ID)
		}
	}
	return strings.Join(append(parts, tally.Parts(storage.CheckFailed, storage.CheckWarned)...), ", ")
}

// judgeCheck returns an error unless the run finished and the endpoint is ready.
func judgeCheck(ctx context.Context, r report.Report) error {
	switch run := r.Run; {
	case ctx.Err() != nil && run.State != storage.CheckFinished:
		return ctx.Err()
	case run.State == storage.CheckTimedOut:
		return timeoutf("check %s: %s", run.ID, run.Reason)
	case run.State == storage.CheckInterrupted:
		return &exitError{exitInterrupted, run.Reason}
	case run.State == storage.CheckLost:
		return fmt.Errorf("check %s: %s", run.ID, run.Reason)
	case r.Failure() != "":
		return unmetf("the endpoint of %s is not ready: %s", run.Webhook, r.Failure())
	}
	return nil
}
