package storetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"

	"backchannel/storage"
)

// Executions keeps the calls of the execution API and their messages.
type Executions interface {
	executionReads
	executionWrites
}

// executionReads are the methods of Executions that read. An unknown record is
// storage.ErrNotFound.
type executionReads interface {
	Execution(ctx context.Context, id storage.ID) (storage.Execution, error)
	// ExecutionByName returns the call that got this executionId first, not a repeat of it.
	ExecutionByName(ctx context.Context, executionID string) (storage.Execution, error)
	Executions(ctx context.Context, q storage.ExecutionQuery) ([]storage.Execution, error)
	CountExecutions(ctx context.Context, q storage.ExecutionQuery) (int64, error)
	Messages(ctx context.Context, q storage.MessageQuery) ([]storage.Message, error)
	Message(ctx context.Context, id storage.ID) (storage.Message, error)
	// CallCounts counts the calls by status code, and the deliveries that are planned for after now.
	CallCounts(ctx context.Context, now time.Time) (storage.CallCounts, error)
}

// executionWrites are the methods of Executions that write.
type executionWrites interface {
	// AddExecution stores a call with the messages that decide returns. decide also sets the
	// answer in e. It runs within the transaction, because only there can it tell whether the call
	// repeats another: two nodes may get the same call at the same time.
	AddExecution(ctx context.Context, e *storage.Execution, decide func(storage.Precedent) []storage.PlannedMessage) error
}

// executionTests are the tests of Executions.
func executionTests() subject {
	return subject{twice: tests{
		"an execution comes back as it was stored":  storedExecution,
		"planned events are due later":              plannedLater,
		"calls and planned deliveries are counted":  countedCalls,
		"accepted calls are found as precedents":    precedents,
		"executions are counted in order":           ordinals,
		"a message has the state of its last event": messageState,
		"filters select records":                    recordFilters,
		"silent executions are one activity":        silentExecutions,
		"messages are listed in both directions":    pagedMessages,
		"an impossible event stores nothing":        impossibleEvent,
	}}
}

// call returns a call of a campaign with a request ID.
func (s *suite) call(c storage.Campaign, request string) *storage.Execution {
	return &storage.Execution{
		ReceivedAt: time.Now().Truncate(time.Microsecond).UTC(), RequestID: request, XRequestID: "x-" + request, CampaignUUID: c.UUID, CampaignID: c.ID,
		VersionID: c.VersionID, Campaign: c.Name, Organization: c.Organization, Sandbox: c.Sandbox.Name, Method: "POST", Path: "/ajo/im/executions/unitary",
	}
}

// accept stores an accepted call with one message, which has an event for each of dues.
func (s *suite) accept(c storage.Campaign, request string, dues ...time.Duration) storage.Execution {
	s.Helper()
	e := s.call(c, request)
	s.must(s.store.AddExecution(s.ctx, e, func(storage.Precedent) []storage.PlannedMessage {
		e.ExecutionID, e.Code, e.Recipients, e.Messages, e.Events = "HUMA-"+request, 202, 1, 1, len(dues)
		m := storage.PlannedMessage{Message: storage.Message{
			Channel: storage.Email, Address: request + "@a.test", Namespace: "email", Identity: request, Outcome: storage.OutcomeDelivered,
		}}
		for i, due := range dues {
			m.Planned = append(m.Planned, storage.Event{
				WebhookID: s.hook.ID, RequestID: request, Channel: storage.Email, Status: storage.Statuses()[i], Payload: []byte(request), DueAt: e.ReceivedAt.Add(due),
			})
		}
		return []storage.PlannedMessage{m}
	}))
	return *e
}

// storedExecution reads a call back, with its body sealed and not. Bodies and headers need not be
// UTF-8.
func storedExecution(s *suite) {
	c := s.campaign("welcome")
	for _, sealed := range []bool{false, true} {
		e := s.call(c, fmt.Sprint("r", sealed))
		e.Headers = []storage.HeaderField{{Name: "Authorization", Value: "Bearer abc", Secret: true}, {Name: "X-A", Value: "\xff"}}
		e.Body, e.Sealed, e.Flaw, e.Duration = []byte("a\xff\x00"), sealed, storage.BodyCut, time.Millisecond
		e.AnswerHeaders, e.AnswerBody = []storage.HeaderField{{Name: "X-B", Value: "b", Secret: true}}, []byte(`{"x":1}`)
		s.must(s.store.AddExecution(s.ctx, e, func(storage.Precedent) []storage.PlannedMessage {
			e.Code, e.Fault = 400, "JSON parsing error"
			return nil
		}))
		got, err := s.store.Execution(s.ctx, e.ID)
		s.must(err)
		if diff := cmp.Diff(*e, got); diff != "" {
			s.Errorf("(-stored, +read): %s", diff)
		}
	}
	if _, err := s.store.ExecutionByName(s.ctx, ""); !errors.Is(err, storage.ErrNotFound) {
		s.Errorf("ExecutionByName(%q): got %v, want ErrNotFound", "", err)
	}
}

// countedCalls compares the number of planned deliveries with [storage.Delivery.Planned] of each. A
// delivery is no longer planned once it is due, cancelled, attempted or parked.
func countedCalls(s *suite) {
	var deliveries []storage.Delivery
	want := func(planned int64, codes map[int]int64) {
		s.Helper()
		now := time.Now()
		got, err := s.store.CallCounts(s.ctx, now)
		s.must(err)
		if got.Planned != planned || !maps.Equal(got.Codes, codes) {
			s.Errorf("got %+v, want %d planned and %v", got, planned, codes)
		}
		deliveries, err = s.store.Deliveries(s.ctx, storage.DeliveryQuery{})
		s.must(err)
		listed := int64(0)
		for _, d := range deliveries {
			if d.Planned(now) {
				listed++
			}
		}
		if listed != planned {
			s.Errorf("got %d planned deliveries, want %d", listed, planned)
		}
	}
	want(0, nil)
	c := s.campaign("welcome")
	s.accept(c, "r", 0, time.Hour, 2*time.Hour, 3*time.Hour)
	for _, code := range []int{400, 429, 429} {
		bad := s.call(c, fmt.Sprint("r", code))
		s.must(s.store.AddExecution(s.ctx, bad, func(storage.Precedent) []storage.PlannedMessage {
			bad.Code = code
			return nil
		}))
	}
	codes := map[int]int64{202: 1, 400: 1, 429: 2}
	want(3, codes)
	s.must(s.store.RetryDelivery(s.ctx, deliveries[0].ID))
	want(2, codes)
	due := deliveries[len(deliveries)-1].ID
	s.must(s.store.Finish(s.ctx, outcome(due, 1, storage.Retrying, time.Now().Add(time.Hour))))
	want(2, codes) // a retry is not planned
	s.must(s.store.SetWebhookState(s.ctx, s.hook.ID, storage.Paused, ""))
	want(0, codes)
	s.must(s.store.SetWebhookState(s.ctx, s.hook.ID, storage.Active, ""))
	s.must(s.store.CancelDelivery(s.ctx, deliveries[1].ID))
	want(1, codes)
}

// plannedLater tests that a planned event is not due before its time, unless a user retries it.
func plannedLater(s *suite) {
	e := s.accept(s.campaign("welcome"), "r", time.Hour, 2*time.Hour)
	s.wantDue(s.hook)
	all, err := s.store.Deliveries(s.ctx, storage.DeliveryQuery{})
	s.must(err)
	if len(all) != 2 {
		s.Fatalf("got the deliveries %+v, want 2", all)
	}
	sent := all[1]
	if !sent.Planned(time.Now()) || !sent.DueAt.Equal(e.ReceivedAt.Add(time.Hour)) || !sent.NextAttemptAt.Equal(sent.DueAt) ||
		sent.ExecutionID != "HUMA-r" || sent.Campaign != "welcome" || sent.CampaignID != e.CampaignID || sent.MessageID == 0 {
		s.Errorf("planned: got %+v", sent)
	}
	next, err := s.store.NextDue(s.ctx)
	s.must(err)
	if !next[s.hook.ID].Equal(sent.DueAt) {
		s.Errorf("NextDue: got %v, want %v", next, sent.DueAt)
	}
	s.must(s.store.RetryDelivery(s.ctx, sent.ID))
	s.wantDue(s.hook, sent.ID)
	s.must(s.store.CancelDelivery(s.ctx, all[0].ID))
	m, err := s.store.Message(s.ctx, sent.MessageID)
	s.must(err)
	if len(m.Events) != 2 || m.Events[1].State != storage.Cancelled || m.Events[0].DeliveryID != sent.ID || m.Events[0].Status != sent.Status {
		s.Errorf("message: got %+v", m)
	}
}

// precedents tests what makes a call the same as an earlier one: it has the same value of either
// request ID, in the same sandbox and within storage.RepeatWindow.
func precedents(s *suite) {
	c := s.campaign("welcome")
	first := s.accept(c, "r")
	precedent := func(change func(*storage.Execution)) (got storage.Precedent) {
		s.Helper()
		e := s.call(c, "r")
		change(e)
		s.must(s.store.AddExecution(s.ctx, e, func(p storage.Precedent) []storage.PlannedMessage {
			got, e.Code = p, 409
			if !p.Taken("HUMA-r") || p.Taken("HUMA-other") {
				s.Error("Taken does not report which execution IDs are taken")
			}
			return nil
		}))
		return got
	}
	for _, test := range []struct {
		name                   string
		change                 func(*storage.Execution)
		sameCall, sameRequests bool
	}{
		{"the same", func(*storage.Execution) {}, true, true},
		{"another x-request-id", func(e *storage.Execution) { e.XRequestID = "y" }, false, true},
		{"another requestId", func(e *storage.Execution) { e.RequestID = "y" }, true, false},
		{"the IDs swapped", func(e *storage.Execution) { e.RequestID, e.XRequestID = e.XRequestID, e.RequestID }, false, false},
		{"another sandbox", func(e *storage.Execution) { e.Sandbox = "y" }, false, false},
		{"another organization", func(e *storage.Execution) { e.Organization = "y" }, false, false},
		{"a day later", func(e *storage.Execution) { e.ReceivedAt = e.ReceivedAt.Add(storage.RepeatWindow + time.Minute) }, false, false},
		{"no request IDs", func(e *storage.Execution) { e.RequestID, e.XRequestID = "", "" }, false, false},
	} {
		p := precedent(test.change)
		if (p.SameCall != nil) != test.sameCall || (p.SameRequest != nil) != test.sameRequests {
			s.Errorf("%s: got %+v", test.name, p)
		}
		if p.SameCall != nil && (p.SameCall.ID != first.ID || p.SameCall.Code != 202) {
			s.Errorf("%s: got the earlier call %+v", test.name, p.SameCall)
		}
	}
}

// ordinals tests that decide gets the number of executions accepted before, which determines a
// seeded draw. A refused call does not count.
func ordinals(s *suite) {
	c := s.campaign("welcome")
	var got []int64
	for i, accepted := range []bool{true, false, true} {
		e := s.call(c, fmt.Sprint("r", i))
		s.must(s.store.AddExecution(s.ctx, e, func(p storage.Precedent) []storage.PlannedMessage {
			if accepted {
				e.ExecutionID = fmt.Sprint("HUMA-", i)
			}
			if i == 0 {
				got = got[:0]
			}
			got = append(got[:i], p.Ordinal)
			return nil
		}))
	}
	after, err := s.store.CampaignByName(s.ctx, "welcome")
	s.must(err)
	if !slices.Equal(got, []int64{0, 1, 1}) || after.Executions != 2 || after.Version != c.Version {
		s.Errorf("got the ordinals %v and the campaign %+v", got, after)
	}
}

// recordFilters tests the filters of executions, messages and deliveries. The executionId alone
// finds every call with it; ExecutionByName finds only the first.
func recordFilters(s *suite) {
	a, b := s.campaign("a"), s.campaign("b")
	s.accept(a, "one", time.Hour)
	e := s.accept(b, "two", time.Hour)
	quiet := s.call(b, "three")
	s.must(s.store.AddExecution(s.ctx, quiet, func(storage.Precedent) []storage.PlannedMessage {
		quiet.Code, quiet.ExecutionID, quiet.Silent = 202, "HUMA-three", "why"
		return nil
	}))
	again := s.call(b, "two")
	s.must(s.store.AddExecution(s.ctx, again, func(p storage.Precedent) []storage.PlannedMessage {
		again.Code, again.ExecutionID, again.RepeatOf = 202, p.SameCall.ExecutionID, p.SameCall.ID
		return nil
	}))
	if got, err := s.store.ExecutionByName(s.ctx, "HUMA-two"); err != nil || got.ID != e.ID {
		s.Errorf("HUMA-two: got %+v, %v", got, err)
	}
	for text, want := range map[string]int{"campaign:a": 1, "campaign:b": 3, "-campaign:b": 1, "is:silent": 1, "is:repeated": 1, "code:2xx": 4, "code:404": 0,
		"request:two": 2, "request:x-one": 1, "since:1h": 4, "until:1h": 0, "campaign:" + b.UUID: 3, "campaign:b is:silent": 1, "huma-TWO": 2, "two -is:repeated": 1, "nothing": 0, "why": 1} {
		f, err := storage.ExecutionFilter().Parse(text, time.Now())
		s.must(err)
		if got, err := s.store.Executions(s.ctx, storage.ExecutionQuery{Filter: f}); err != nil || len(got) != want {
			s.Errorf("%s: got %d executions, want %d (%v)", text, len(got), want, err)
		}
	}
	for text, want := range map[string]int{"campaign:a": 1, "execution:HUMA-two": 1, "execution:HUMA-none": 0, "request:one": 1, "address:one@a.test": 1, "outcome:delivered": 2,
		"state:planned": 2, "-state:planned": 0, "channel:sms": 0, "since:1h": 2, "until:1h": 0, "ONE@a": 1, "-one": 1, "delivered": 0, "planned bounce": 2, "deliver": 2} {
		f, err := storage.MessageFilter().Parse(text, time.Now())
		s.must(err)
		if got, err := s.store.Messages(s.ctx, storage.MessageQuery{Filter: f}); err != nil || len(got) != want {
			s.Errorf("%s: got %d messages, want %d (%v)", text, len(got), want, err)
		}
	}
	s.enqueue(s.hook, 1)
	for text, want := range map[string]int{"campaign:a": 1, "-campaign:a": 2, "execution:HUMA-two": 1, "-execution:HUMA-two": 2, "state:queued": 3, "state:parked": 0, "status:sent": 3,
		"channel:sms": 0, "webhook:acme": 3, "webhook:none": 0, "code:none": 3, "message:one": 1, "since:1h": 3, "until:1h": 0, "ACME": 3, "huma": 2, "queued failed": 3, "failed": 0, "-queued": 0, `"queued"`: 0, "a@b.nowhere": 0} {
		f, err := storage.DeliveryFilter().Parse(text, time.Now())
		s.must(err)
		if got, err := s.store.Deliveries(s.ctx, storage.DeliveryQuery{Filter: f}); err != nil || len(got) != want {
			s.Errorf("%s: got %d deliveries, want %d (%v)", text, len(got), want, err)
		}
	}
}

// silentExecutions tests that executions without events share an activity.
func silentExecutions(s *suite) {
	c := s.campaign("welcome")
	for i := range 3 {
		e := s.call(c, fmt.Sprint("r", i))
		s.must(s.store.AddExecution(s.ctx, e, func(storage.Precedent) []storage.PlannedMessage {
			e.ExecutionID, e.Silent = fmt.Sprint("HUMA-", i), "there is no webhook"
			return nil
		}))
	}
	all, err := s.store.Activities(s.ctx, 0, 0)
	s.must(err)
	last := all[len(all)-1]
	if last.Kind != storage.ActivityExecution || last.CampaignID != c.ID || last.Execution == 0 || last.Text != "3 executions of campaign welcome send no events: there is no webhook" {
		s.Errorf("the last activity: got %+v", last)
	}
	if n := len(slices.DeleteFunc(all, func(a storage.Activity) bool { return a.Kind != storage.ActivityExecution })); n != 1 {
		s.Errorf("got %d activities, want 1", n)
	}
}

// impossibleEvent tests that a call whose events cannot be stored is not stored either.
func impossibleEvent(s *suite) {
	e := s.call(s.campaign("welcome"), "r")
	err := s.store.AddExecution(s.ctx, e, func(storage.Precedent) []storage.PlannedMessage {
		e.ExecutionID = "HUMA-1"
		return []storage.PlannedMessage{{Planned: []storage.Event{{WebhookID: 12345, Channel: storage.Email, Status: storage.StatusSent, Payload: []byte("{}")}}}}
	})
	if !errors.Is(err, storage.ErrNotFound) {
		s.Errorf("an event for a webhook that does not exist: got %v, want ErrNotFound", err)
	}
	if all, err := s.store.Executions(s.ctx, storage.ExecutionQuery{}); err != nil || len(all) != 0 {
		s.Errorf("got the calls %+v, %v; want none", all, err)
	}
}
