package storetest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"backchannel/storage"
)

// A Sequence is an endpoint for messages of three events each. It records the events in the order in
// which they arrive, and fails the test if two of one message arrive at the same time.
type Sequence struct {
	t        testing.TB
	messages int

	mu       sync.Mutex // guards the fields below
	inFlight map[string]bool
	arrived  map[string][]string
	answered int
}

// NewSequence returns an endpoint for a number of messages.
func NewSequence(t testing.TB, messages int) *Sequence {
	return &Sequence{t: t, messages: messages, inFlight: map[string]bool{}, arrived: map[string][]string{}}
}

type executionAdder interface {
	AddExecution(context.Context, *storage.Execution, func(storage.Precedent) []storage.PlannedMessage) error
}

// Plan stores a call with the messages, whose events are due within three seconds after now.
func (q *Sequence) Plan(s executionAdder, w storage.Webhook, now time.Time) {
	q.t.Helper()
	planned := make([]storage.PlannedMessage, q.messages)
	for m := range planned {
		for i, name := range []string{"c", "a", "b"} { // not in the order in which they are due
			e := EventFor(w)
			e.Payload, e.DueAt = fmt.Appendf(nil, "%q", fmt.Sprint(m, " ", name)), now.Add(time.Duration(1+(i+2)%3)*time.Second)
			planned[m].Planned = append(planned[m].Planned, e)
		}
	}
	e := &storage.Execution{ReceivedAt: now, Method: "POST", Path: "/", ExecutionID: "HUMA-1", Code: 202}
	if err := s.AddExecution(q.t.Context(), e, func(storage.Precedent) []storage.PlannedMessage { return planned }); err != nil {
		q.t.Fatal(err)
	}
}

func (q *Sequence) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	message, event, _ := strings.Cut(strings.Trim(string(body), `"`), " ")
	q.mu.Lock()
	if q.inFlight[message] {
		q.t.Errorf("event %s of message %s arrived at the same time as another one", event, message)
	}
	q.inFlight[message] = true
	q.arrived[message] = append(q.arrived[message], event)
	q.mu.Unlock()
	rw.WriteHeader(http.StatusNoContent)
	q.mu.Lock()
	defer q.mu.Unlock()
	q.inFlight[message] = false
	q.answered++
}

// Complete reports whether every event was answered.
func (q *Sequence) Complete() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.answered >= 3*q.messages
}

// Progress says how many events were answered.
func (q *Sequence) Progress() string {
	q.mu.Lock()
	defer q.mu.Unlock()
	return fmt.Sprint(q.answered, " events were answered")
}

// Check fails the test unless the events of each message arrived once, in the order in which they
// were due.
func (q *Sequence) Check() {
	q.t.Helper()
	q.mu.Lock()
	defer q.mu.Unlock()
	for message, got := range q.arrived {
		if !slices.Equal(got, []string{"a", "b", "c"}) {
			q.t.Errorf("message %s: got events %q, want a, b, c", message, got)
		}
	}
}
