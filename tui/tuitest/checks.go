package tuitest

import (
	"context"
	"time"

	"backchannel/storage"
)

// checks adds and reads runs of the endpoint check.
type checks struct {
	*base
	deliveries deliveries
}

// Check requests a run of the endpoint check of a webhook at a given time.
func (s checks) Check(webhook storage.ID, at time.Time, o storage.CheckOptions) storage.CheckRun {
	s.t.Helper()
	run := storage.CheckRun{WebhookID: webhook, Options: o}
	s.At(at, func() { s.must(s.RequestCheck(context.Background(), &run)) })
	return run
}

// Begin starts a run with these cases, as an engine does a second after the request. Cases with
// a result have ended, each a fifth of a second after the previous one.
func (s checks) Begin(run *storage.CheckRun, cases ...storage.CheckCase) {
	s.t.Helper()
	at := run.RequestedAt.Add(time.Second)
	for i := range cases {
		if c := &cases[i]; c.Result != "" {
			c.StartedAt = at
			at = at.Add(200 * time.Millisecond)
			c.EndedAt = at
		}
	}
	s.At(run.RequestedAt.Add(time.Second), func() { s.must(s.StartCheck(context.Background(), run.ID, cases)) })
	run.Cases = cases
}

// Progress stores the current state of a case.
func (s checks) Progress(run storage.CheckRun, c storage.CheckCase) {
	s.t.Helper()
	s.must(s.SaveCheckCases(context.Background(), run.ID, c))
}

// End ends a run 20 seconds after it was requested.
func (s checks) End(run storage.CheckRun, state storage.CheckState, reason string) {
	s.t.Helper()
	run.State, run.Reason = state, reason
	s.At(run.RequestedAt.Add(20*time.Second), func() { s.must(s.EndCheck(context.Background(), run)) })
}

// Request stores a request of a case that was answered with a status code.
func (s checks) Request(run storage.CheckRun, caseID string, code int) storage.Delivery {
	s.t.Helper()
	event := storage.Event{
		WebhookID: run.WebhookID, RequestID: "check", Channel: storage.Email, Status: storage.StatusSent, Identity: "recipient@example.com",
		CreatedAt: run.RequestedAt.Add(time.Second), Payload: []byte("{}"),
	}
	var made []storage.Delivery
	s.At(event.CreatedAt, func() {
		made = must[[]storage.Delivery](s.base)(s.SendCheckEvents(context.Background(), run.ID, caseID, event))
	})
	state := storage.StateDelivered
	if code >= 300 {
		state = storage.Failed
	}
	s.deliveries.Attempt(made[0].ID, storage.Outcome{State: state, Attempt: storage.Attempt{Code: code, Timings: storage.Timings{Total: 5 * time.Millisecond}}})
	return made[0]
}

// AddCheck adds acme and a run that ended an hour ago, in which one case failed and one warns.
func (s *Store) AddCheck() storage.CheckRun {
	s.t.Helper()
	s.AddWebhook(Acme())
	run := s.Check(Acme().ID, Noon().Add(-time.Hour), storage.CheckOptions{})
	s.Begin(&run, FewCases()...)
	run.Load = fewAnswers()
	s.End(run, storage.CheckFinished, "")
	return run
}

// AddTwoChecks adds the run of AddCheck and a later one, in which the case that failed passes and
// another one fails.
func (s *Store) AddTwoChecks() storage.CheckRun {
	s.t.Helper()
	s.AddCheck()
	run := s.Check(Acme().ID, Noon().Add(-time.Minute), storage.CheckOptions{})
	cases := FewCases()
	fixed, broken := &cases[4], &cases[5]
	fixed.Result, broken.Result = broken.Result, fixed.Result
	fixed.Got, broken.Got = broken.Got, fixed.Got
	s.Begin(&run, cases...)
	run.Load = fewAnswers()
	s.End(run, storage.CheckFinished, "")
	return run
}

// AddRunningCheck adds acme and a run of which the first two cases have ended.
func (s *Store) AddRunningCheck() storage.CheckRun {
	s.t.Helper()
	s.AddWebhook(Acme())
	run := s.Check(Acme().ID, Noon().Add(-10*time.Second), storage.CheckOptions{})
	cases := FewCases()
	for i := 2; i < len(cases); i++ {
		cases[i].Result, cases[i].Got = "", ""
	}
	cases[2].StartedAt = Noon().Add(-8 * time.Second)
	s.Begin(&run, cases...)
	return run
}

// FewCases are cases of several groups: some that passed, one that failed, one that warns, one
// that was skipped and one that informs.
func FewCases() []storage.CheckCase {
	of := func(id string, level storage.CheckLevel, result storage.CheckResult, got string) storage.CheckCase {
		return storage.CheckCase{
			ID: id, Level: level, Result: result, Got: got, Sent: "a valid event, changed for " + id, Expected: "2xx within 10 s",
			Why: "what is not acknowledged comes again", Remedy: "answer 2xx as soon as the event is stored",
		}
	}
	return []storage.CheckCase{
		of("accept/canary", storage.CheckMust, storage.CheckPassed, "204 No Content in 12ms"),
		of("tls/trusted", storage.CheckMust, storage.CheckPassed, "issued by \"backchannel\""),
		of("accept/email-bounce-Admin-Failure-(25,-Ignored)", storage.CheckMust, storage.CheckPassed, "204 No Content in 3ms"),
		of("accept/nul", storage.CheckShould, storage.CheckWarned, "500 Internal Server Error in 8ms: unsupported Unicode escape sequence"),
		of("auth/alg-none", storage.CheckMust, storage.CheckFailed, "anybody can post events: 200 OK in 4ms"),
		of("auth/expired", storage.CheckMust, storage.CheckPassed, "401 Unauthorized in 2ms"),
		of("headers/absent", storage.CheckInfo, storage.CheckInformed, "204 No Content in 3ms"),
		of("slow/body", storage.CheckShould, storage.CheckSkipped, "not run"),
		of("load/steady", storage.CheckMust, storage.CheckPassed, "100 requests at 20/s; p50 3ms, p95 9ms, p99 41ms"),
	}
}

func fewAnswers() storage.CheckLoad {
	return storage.CheckLoad{
		PerSecond: 20, P50: 3 * time.Millisecond, P95: 9 * time.Millisecond, P99: 41 * time.Millisecond,
		Buckets: []storage.LatencyBucket{
			{UpTo: 2 * time.Millisecond, N: 12}, {UpTo: 5 * time.Millisecond, N: 70}, {UpTo: 10 * time.Millisecond, N: 15}, {UpTo: 20 * time.Millisecond}, {UpTo: 50 * time.Millisecond, N: 3},
		},
	}
}
