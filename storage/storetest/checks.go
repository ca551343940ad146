package storetest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"backchannel/storage"
)

// Checks keeps the runs of the endpoint check. Any process may request a run; the node makes it.
type Checks interface {
	checkReads
	checkWrites
}

// checkReads are the methods of Checks that read. An unknown run is storage.ErrNotFound.
type checkReads interface {
	// CheckRun returns a run with its cases.
	CheckRun(ctx context.Context, id storage.ID) (storage.CheckRun, error)
	// CheckBefore returns the last run of the same webhook before r that judged a case.
	CheckBefore(ctx context.Context, r storage.CheckRun) (storage.CheckRun, error)
	// CheckRuns returns the runs of a webhook, or of all for 0, newest first and without their
	// cases.
	CheckRuns(ctx context.Context, webhook storage.ID) ([]storage.CheckRun, error)
	// OpenChecks returns the runs that have not ended.
	OpenChecks(ctx context.Context) ([]storage.CheckRun, error)
}

// checkWrites are the methods of Checks that write.
type checkWrites interface {
	// RequestCheck stores a run to be made, and deletes the oldest runs of its webhook. It is a
	// conflict if the webhook is paused, its breaker is open, or another of its runs has not ended.
	RequestCheck(ctx context.Context, r *storage.CheckRun) error
	// StopCheck ends a run that has not started. It marks a run that has, for the node to end it.
	StopCheck(ctx context.Context, id storage.ID) error
	// MarkChecksLost ends the runs of this node, and of nodes that are gone.
	MarkChecksLost(ctx context.Context, reason string) error
	// StartCheck stores the cases that the run will have, in order.
	StartCheck(ctx context.Context, id storage.ID, cases []storage.CheckCase) error
	// SaveCheckCases replaces the cases with these IDs.
	SaveCheckCases(ctx context.Context, id storage.ID, cases ...storage.CheckCase) error
	// EndCheck stores the state, the reason and the load of a run. It deletes old runs, as
	// RequestCheck does.
	EndCheck(ctx context.Context, r storage.CheckRun) error
	// SendCheckEvents stores deliveries in the state sending: the check sends them itself, and the
	// engine must never take them from the queue.
	SendCheckEvents(ctx context.Context, run storage.ID, caseID string, events ...storage.Event) ([]storage.Delivery, error)
}

// checkTests are the tests of Checks.
func checkTests() subject {
	return subject{twice: tests{
		"a run comes back as it was stored":                 storedCheck,
		"checks that cannot be made are refused":            refusedChecks,
		"requests of a check are deliveries":                checkDeliveries,
		"requests of a check are never retried":             unretriedCheck,
		"a run is stopped":                                  stoppedChecks,
		"a run is lost if its process died":                 lostCheck,
		"the newest runs of each webhook are kept":          newestChecksKept,
		"the run before is the last one that judged a case": checkBefore,
		"a run outlives its webhook":                        checkOutlivesWebhook,
		"failed deliveries of a check are not recorded":     checkFailuresNotRecorded,
	}, once: tests{"every step of a run sends a hint": checkHints}}
}

// requestCheck requests a run for a webhook.
func (s *suite) requestCheck(w storage.Webhook) storage.CheckRun {
	s.Helper()
	r := storage.CheckRun{WebhookID: w.ID}
	s.must(s.store.RequestCheck(s.ctx, &r))
	return r
}

// startCheck starts a run with the cases b/two and a/one.
func (s *suite) startCheck(w storage.Webhook) storage.CheckRun {
	s.Helper()
	r := s.requestCheck(w)
	s.must(s.store.StartCheck(s.ctx, r.ID, []storage.CheckCase{{ID: "b/two", Level: storage.CheckMust, Why: "w"}, {ID: "a/one", Level: storage.CheckInfo}}))
	return r
}

// finishCheck ends a run as finished.
func (s *suite) finishCheck(r storage.CheckRun) {
	s.Helper()
	r.State = storage.CheckFinished
	s.must(s.store.EndCheck(s.ctx, r))
}

// checkRun reads a run.
func (s *suite) checkRun(id storage.ID) storage.CheckRun {
	s.Helper()
	r, err := s.store.CheckRun(s.ctx, id)
	s.must(err)
	return r
}

// checkEvent returns an event of a check. Its payload is not valid JSON, because a check sends such
// bodies on purpose.
func (s *suite) checkEvent() storage.Event {
	return storage.Event{WebhookID: s.hook.ID, RequestID: "r", Channel: storage.Email, Status: storage.StatusSent, Payload: []byte("{")}
}

// storedCheck reads a run back after each step of its life. Its options come back as they were
// passed, without defaults filled in.
func storedCheck(s *suite) {
	requested := storage.CheckRun{WebhookID: s.hook.ID, Options: storage.CheckOptions{Only: []string{"tls", "auth/expired"}, LoadDuration: 2 * time.Second, PerSecond: 1.5}}
	options := requested.Options
	s.must(s.store.RequestCheck(s.ctx, &requested))
	if requested.ID == 0 || requested.State != storage.CheckRequested || requested.Webhook != "acme" || requested.URL != s.hook.URL || requested.RequestedAt.IsZero() {
		s.Errorf("requested: got %+v", requested)
	}
	if diff := cmp.Diff(requested, s.checkRun(requested.ID)); diff != "" || !cmp.Equal(options, requested.Options) {
		s.Errorf("(-requested, +read): %s", diff)
	}
	now := time.Now().UTC().Truncate(time.Microsecond)
	done := storage.CheckCase{ID: "b/two", Level: storage.CheckMust, Result: storage.CheckFailed, Sent: "\x1b<b>", Got: "503", Deliveries: []storage.ID{7, 8}, StartedAt: now, EndedAt: now}
	s.must(s.store.StartCheck(s.ctx, requested.ID, []storage.CheckCase{{ID: "b/two"}, {ID: "a/one"}}))
	s.must(s.store.SaveCheckCases(s.ctx, requested.ID, done))
	running := s.checkRun(requested.ID)
	if running.State != storage.CheckRunning || running.StartedAt.IsZero() || len(running.Cases) != 2 || !cmp.Equal(running.Cases[0], done) || running.Cases[1].ID != "a/one" {
		s.Errorf("running: got %+v", running)
	}
	running.State, running.Reason = storage.CheckTimedOut, "time is up"
	running.Load = storage.CheckLoad{PerSecond: 3, P99: time.Second, Buckets: []storage.LatencyBucket{{UpTo: time.Second, N: 2}}}
	s.must(s.store.EndCheck(s.ctx, running))
	ended := s.checkRun(requested.ID)
	running.EndedAt = ended.EndedAt
	if diff := cmp.Diff(running, ended); diff != "" || ended.EndedAt.IsZero() {
		s.Errorf("after the end (-want, +got): %s", diff)
	}
	if err := s.store.EndCheck(s.ctx, running); err == nil {
		s.Error("a second EndCheck must fail")
	}
	if err := s.store.StartCheck(s.ctx, requested.ID, nil); !errors.Is(err, storage.ErrConflict) {
		s.Errorf("a second StartCheck: got %v, want ErrConflict", err)
	}
}

// refusedChecks requests runs that cannot be made, and tests that the error says why. A run of
// another webhook does not matter.
func refusedChecks(s *suite) {
	refused := func(r storage.CheckRun, want error, says string) {
		s.Helper()
		if err := s.store.RequestCheck(s.ctx, &r); !errors.Is(err, want) || !strings.Contains(err.Error(), says) || r.ID != 0 {
			s.Errorf("got %v and run %v; want %v with the text %q", err, r.ID, want, says)
		}
	}
	refused(storage.CheckRun{WebhookID: 99}, storage.ErrNotFound, "webhook")
	refused(storage.CheckRun{WebhookID: s.hook.ID, Options: storage.CheckOptions{PerSecond: storage.MaxCheckRate + 1}}, storage.ErrInvalid, "rate")
	s.must(s.store.SetWebhookState(s.ctx, s.hook.ID, storage.Paused, ""))
	refused(storage.CheckRun{WebhookID: s.hook.ID}, storage.ErrConflict, "paused")
	s.must(s.store.SetWebhookState(s.ctx, s.hook.ID, storage.Active, ""))
	breaker := storage.Breaker{WebhookID: s.hook.ID, Failures: 10, OpenUntil: time.Now().Add(time.Hour)}
	s.must(s.store.SaveBreaker(s.ctx, breaker))
	refused(storage.CheckRun{WebhookID: s.hook.ID}, storage.ErrConflict, "breaker")
	s.must(s.store.SaveBreaker(s.ctx, storage.Breaker{WebhookID: s.hook.ID}))
	open := s.requestCheck(s.hook)
	refused(storage.CheckRun{WebhookID: s.hook.ID}, storage.ErrConflict, open.ID.String())
	s.requestCheck(s.webhook("other"))
}

// checkDeliveries tests that the deliveries of a check are counted, and are found by its run and
// case.
func checkDeliveries(s *suite) {
	r := s.startCheck(s.hook)
	made, err := s.store.SendCheckEvents(s.ctx, r.ID, "b/two", s.checkEvent(), s.checkEvent())
	s.must(err)
	other, err := s.store.SendCheckEvents(s.ctx, r.ID, "a/one", s.checkEvent())
	s.must(err)
	s.enqueue(s.hook, 1)
	for _, d := range made {
		if got := s.delivery(d.ID); !cmp.Equal(got, d) && got.State != storage.Sending || got.CheckID != r.ID || got.CheckCase != "b/two" {
			s.Errorf("stored: got %+v", got)
		}
	}
	s.must(s.store.Finish(s.ctx, outcome(made[0].ID, 1, storage.Failed, time.Time{})))
	if got := s.delivery(made[0].ID); got.State != storage.Failed || got.Attempts != 1 || !got.NextAttemptAt.IsZero() {
		s.Errorf("finished: got %+v", got)
	}
	if requests := s.checkRun(r.ID).Requests; requests != 3 {
		s.Errorf("got %d requests, want 3", requests)
	}
	for caseID, want := range map[string][]storage.ID{"": {other[0].ID, made[1].ID, made[0].ID}, "a/one": {other[0].ID}} {
		all, err := s.store.Deliveries(s.ctx, storage.DeliveryQuery{CheckID: r.ID, CheckCase: caseID})
		s.must(err)
		var ids []storage.ID
		for _, d := range all {
			ids = append(ids, d.ID)
		}
		if !slices.Equal(ids, want) {
			s.Errorf("case %q: got %v, want %v", caseID, ids, want)
		}
	}
}

// unretriedCheck resets the deliveries of a process that died. Those of a check are cancelled
// instead, because the run that would judge the answer is lost.
func unretriedCheck(s *suite) {
	r := s.startCheck(s.hook)
	made, err := s.store.SendCheckEvents(s.ctx, r.ID, "a/one", s.checkEvent())
	s.must(err)
	s.wantDue(s.hook)
	s.must(s.store.ResetSending(s.ctx))
	s.wantDue(s.hook)
	if got := s.delivery(made[0].ID); got.State != storage.Cancelled {
		s.Errorf("after ResetSending: got %+v", got)
	}
}

// stoppedChecks stops a requested run, a running one, and one that does not exist.
func stoppedChecks(s *suite) {
	requested := s.requestCheck(s.hook)
	s.must(s.store.StopCheck(s.ctx, requested.ID))
	if r := s.checkRun(requested.ID); r.State != storage.CheckInterrupted || r.Reason == "" || r.EndedAt.IsZero() {
		s.Errorf("stopped: got %+v", r)
	}
	if err := s.store.StopCheck(s.ctx, requested.ID); !errors.Is(err, storage.ErrConflict) {
		s.Errorf("a second StopCheck: got %v, want ErrConflict", err)
	}
	running := s.startCheck(s.hook)
	s.must(s.store.StopCheck(s.ctx, running.ID))
	open, err := s.store.OpenChecks(s.ctx)
	s.must(err)
	if len(open) != 1 || open[0].ID != running.ID || open[0].State != storage.CheckRunning || open[0].Stop == "" {
		s.Errorf("open: got %+v", open)
	}
	if err := s.store.StopCheck(s.ctx, 99); !errors.Is(err, storage.ErrNotFound) {
		s.Errorf("a run that does not exist: got %v, want ErrNotFound", err)
	}
}

// lostCheck takes over from a process that died. A run that the process had started is lost; one that
// was only requested can still be made.
func lostCheck(s *suite) {
	running, requested := s.startCheck(s.hook), s.requestCheck(s.webhook("other"))
	s.must(s.store.MarkChecksLost(s.ctx, "its process died"))
	if r := s.checkRun(running.ID); r.State != storage.CheckLost || r.Reason != "its process died" || r.EndedAt.IsZero() {
		s.Errorf("lost: got %+v", r)
	}
	if r := s.checkRun(requested.ID); r.State != storage.CheckRequested {
		s.Errorf("requested: got %+v", r)
	}
	s.requestCheck(s.hook)
}

// newestChecksKept tests that the limit applies to each webhook.
func newestChecksKept(s *suite) {
	other := s.requestCheck(s.webhook("other"))
	var ids []storage.ID
	for range storage.KeptCheckRuns + 3 {
		r := s.startCheck(s.hook)
		s.finishCheck(r)
		ids = append([]storage.ID{r.ID}, ids...)
	}
	kept, err := s.store.CheckRuns(s.ctx, s.hook.ID)
	s.must(err)
	var got []storage.ID
	for _, r := range kept {
		got = append(got, r.ID)
	}
	if !slices.Equal(got, ids[:storage.KeptCheckRuns]) {
		s.Errorf("got the runs %v of %v", got, ids)
	}
	if _, err := s.store.CheckRun(s.ctx, ids[storage.KeptCheckRuns]); !errors.Is(err, storage.ErrNotFound) {
		s.Errorf("an old run: got %v, want ErrNotFound", err)
	}
	all, err := s.store.CheckRuns(s.ctx, 0)
	s.must(err)
	if len(all) != storage.KeptCheckRuns+1 || all[len(all)-1].ID != other.ID {
		s.Errorf("got %d runs of all webhooks, want %d", len(all), storage.KeptCheckRuns+1)
	}
}

// checkBefore tests that a run that skipped every case does not count, because there would be nothing
// to compare with.
func checkBefore(s *suite) {
	judged := s.startCheck(s.hook)
	s.must(s.store.SaveCheckCases(s.ctx, judged.ID, storage.CheckCase{ID: "a/one", Result: storage.CheckFailed}))
	s.finishCheck(judged)
	skipped := s.startCheck(s.hook)
	s.must(s.store.SaveCheckCases(s.ctx, skipped.ID, storage.CheckCase{ID: "a/one", Result: storage.CheckSkipped}))
	s.finishCheck(skipped)
	before, err := s.store.CheckBefore(s.ctx, s.requestCheck(s.hook))
	s.must(err)
	if before.ID != judged.ID || len(before.Cases) != 2 {
		s.Errorf("before: got %+v", before)
	}
	if _, err := s.store.CheckBefore(s.ctx, judged); !errors.Is(err, storage.ErrNotFound) {
		s.Errorf("before the first run: got %v, want ErrNotFound", err)
	}
}

// checkHints tests that a console can follow a run.
func checkHints(s *suite) {
	hints := s.store.Changes(s.ctx)
	var r storage.CheckRun
	for _, step := range []func(){
		func() { r = s.requestCheck(s.hook) },
		func() { s.must(s.store.StartCheck(s.ctx, r.ID, []storage.CheckCase{{ID: "a/one"}})) },
		func() { s.must(s.store.SaveCheckCases(s.ctx, r.ID, storage.CheckCase{ID: "a/one"})) },
		func() { s.must(s.store.StopCheck(s.ctx, r.ID)) },
		func() { s.finishCheck(r) },
	} {
		step()
		select {
		case got := <-hints:
			if !got.Has(storage.ChangedChecks) {
				s.Errorf("got %b", got)
			}
		case <-time.After(5 * time.Second):
			s.Error("got no hint")
		}
	}
}

// checkOutlivesWebhook deletes a webhook during a run. The run can still be ended, and keeps the
// webhook's name.
func checkOutlivesWebhook(s *suite) {
	r := s.startCheck(s.hook)
	made, err := s.store.SendCheckEvents(s.ctx, r.ID, "a/one", s.checkEvent())
	s.must(err)
	_, err = s.store.DeleteWebhook(s.ctx, s.hook.ID)
	s.must(err)
	s.must(s.store.Finish(s.ctx, outcome(made[0].ID, 1, storage.StateDelivered, time.Time{})))
	s.finishCheck(r)
	if got := s.checkRun(r.ID); got.Webhook != "acme" || got.State != storage.CheckFinished {
		s.Errorf("left: got %+v", got)
	}
	if _, err := s.store.SendCheckEvents(s.ctx, r.ID, "a/one", s.checkEvent()); !errors.Is(err, storage.ErrNotFound) {
		s.Errorf("events for a deleted webhook: got %v, want ErrNotFound", err)
	}
}

// checkFailuresNotRecorded tests that a failed delivery of a check is not recorded as an activity,
// because many of them are meant to fail.
func checkFailuresNotRecorded(s *suite) {
	r := s.startCheck(s.hook)
	made, err := s.store.SendCheckEvents(s.ctx, r.ID, "a/one", s.checkEvent())
	s.must(err)
	s.must(s.store.Finish(s.ctx, outcome(made[0].ID, 1, storage.Failed, time.Time{})))
	all, err := s.store.Activities(s.ctx, 0, 100)
	s.must(err)
	for _, a := range all {
		if a.Kind == storage.ActivityFailed {
			s.Errorf("got the activity %q", a.Text)
		}
	}
}

// runChecks tests how a store keeps runs of the endpoint check.
func runChecks[S interface {
	Base
	Checks
	Activities
}](t *testing.T, create Create[S]) {
	run(t, create, checkTests())
}
