package tuitest

import (
	"context"
	"time"

	"backchannel/storage"
)

// Check asks for a run of the endpoint check at a webhook, at a time.
func (s *Store) Check(webhook storage.ID, at time.Time, o storage.CheckOptions) storage.CheckRun {
	s.t.Helper()
	run := storage.CheckRun{WebhookID: webhook, Options: o}
	s.At(at, func() { s.must(s.AskCheck(context.Background(), &run)) })
	return run
}

// Begin takes a run with its cases, as an engine does a second after it was asked for. Cases
// with a result have ended, a fifth of a second after the one before.
func (s *Store) Begin(run *storage.CheckRun, cases ...storage.CheckCase) {
	s.t.Helper()
	at := run.AskedAt.Add(time.Second)
	for i := range cases {
		if c := &cases[i]; c.Result != "" {
			c.StartedAt = at
			at = at.Add(200 * time.Millisecond)
			c.EndedAt = at
		}
	}
	s.At(run.AskedAt.Add(time.Second), func() { s.must(s.StartCheck(context.Background(), run.ID, cases)) })
	run.Cases = cases
}

// Progress stores the present state of a case.
func (s *Store) Progress(run storage.CheckRun, c storage.CheckCase) {
	s.t.Helper()
	s.must(s.SaveCheckCases(context.Background(), run.ID, c))
}

// End ends a run, some seconds after it was asked for.
func (s *Store) End(run storage.CheckRun, state storage.CheckState, reason string) {
	s.t.Helper()
	run.State, run.Reason = state, reason
	s.At(run.AskedAt.Add(20*time.Second), func() { s.must(s.EndCheck(context.Background(), run)) })
}

// Request stores a request of a case that was answered with a status code.
func (s *Store) Request(run storage.CheckRun, caseID string, code int) storage.Delivery {
	s.t.Helper()
	event := storage.Event{
		WebhookID: run.WebhookID, RequestID: "check", Channel: storage.Email, Status: storage.StatusSent, Identity: "recipient@example.com",
		CreatedAt: run.AskedAt.Add(time.Second), Payload: []byte("{}"),
	}
	var made []storage.Delivery
	s.At(event.CreatedAt, func() {
		made = must[[]storage.Delivery](s)(s.SendCheckEvents(context.Background(), run.ID, caseID, event))
	})
	state := storage.StateDelivered
	if code >= 300 {
		state = storage.Failed
	}
	s.Attempt(made[0].ID, storage.Outcome{State: state, Attempt: storage.Attempt{Code: code, Timings: storage.Timings{Total: 5 * time.Millisecond}}})
	return made[0]
}

// FewCases are cases of several groups: some that passed, one that failed, one that warns, one
// that was skipped and one that informs.
func FewCases() []storage.CheckCase {
	of := func(id string, level storage.CheckLevel, result storage.CheckResult, got string) storage.CheckCase {
		return storage.CheckCase{
			ID: id, Level: level, Result: result, Got: got, Sent: "a valid event, changed for " + id, Expected: "2xx within 10 s",
			Why: "what is not acknowledged comes again (domain.md, Delivery)", Remedy: "answer 2xx as soon as the event is stored",
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
	}
}
