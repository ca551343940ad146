package engine

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"backchannel/engine/policy"
	"backchannel/storage"
	"backchannel/storage/sqlite"
)

func TestPlannedEventsOfAMessageAreSentOneByOne(t *testing.T) {
	t.Parallel()
	planned := func(id, message storage.ID) storage.Job {
		return storage.Job{DeliveryID: id, MessageID: message, DueAt: time.Now().Add(-time.Hour)}
	}
	retried, replayed := planned(6, 1), planned(7, 1)
	retried.Attempts, replayed.DueAt = 1, time.Time{}
	q := newWebhookQueue(storage.Webhook{ID: 1, State: storage.Active, Delivery: storage.DeliveryOptions{Concurrency: 8}}, policy.Breaker{}, 0, time.Now)
	for _, j := range []storage.Job{planned(1, 1), planned(2, 1), planned(3, 2), planned(4, 1), planned(5, 2), retried, replayed, {DeliveryID: 8}, {DeliveryID: 9}} {
		q.queue.push(j)
	}
	running := map[storage.ID]*runningAttempt{}
	claim := func() (claimed []storage.ID) {
		for {
			a, _ := q.claim()
			if a == nil {
				return claimed
			}
			running[a.job.DeliveryID] = a
			claimed = append(claimed, a.job.DeliveryID)
		}
	}
	steps := []struct {
		after func()
		want  []storage.ID
	}{
		{func() {}, []storage.ID{1, 3, 6, 7, 8, 9}},
		{func() { q.finish(running[6], time.Time{}); q.finish(running[7], time.Time{}) }, nil},
		{func() { q.finish(running[1], time.Now().Add(time.Hour)) }, []storage.ID{2}}, // which will be retried
		{func() { q.finish(running[3], time.Time{}) }, []storage.ID{5}},
		{func() { q.finish(running[2], time.Time{}) }, []storage.ID{4}},
	}
	for i, step := range steps {
		step.after()
		if got := claim(); !slices.Equal(got, step.want) {
			t.Errorf("step %d: claimed %v, want %v", i, got, step.want)
		}
	}
	q.putBack(running[4])
	if got := q.queue.ids(); !slices.Equal(got, []storage.ID{4}) || len(q.queue.held) != 1 || len(q.messages) != 1 {
		t.Errorf("got the queue %v, messages in flight %v; want delivery 4 back in the queue", got, q.messages)
	}
}

// lives records the events of messages in the order in which they arrive, and fails the test if two of
// one message arrive at the same time.
type lives struct {
	t  *testing.T
	mu sync.Mutex

	inFlight map[string]bool
	arrived  map[string][]string
	n        int
}

func (l *lives) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	message, event, _ := strings.Cut(strings.Trim(string(body), `"`), " ")
	l.mu.Lock()
	if l.inFlight[message] {
		l.t.Errorf("event %s of message %s arrived at the same time as another one", event, message)
	}
	l.inFlight[message] = true
	l.arrived[message] = append(l.arrived[message], event)
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.inFlight[message] = false
		l.n++
	}()
	rw.WriteHeader(http.StatusNoContent)
}

func (l *lives) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.n
}

// execute stores a call with messages, whose events are due within three seconds after now.
func execute(t *testing.T, store *sqlite.Store, now time.Time, hook storage.Webhook, messages int) {
	t.Helper()
	e := &storage.Execution{ReceivedAt: now, Method: "POST", Path: "/", ExecutionID: "HUMA-1", Code: 202}
	var planned []storage.PlannedMessage
	for m := range messages {
		var p storage.PlannedMessage
		for i, name := range []string{"c", "a", "b"} { // not in the order in which they are due
			event := event(hook)
			event.Payload, event.DueAt = fmt.Appendf(nil, "%q", fmt.Sprint(m, " ", name)), now.Add(time.Duration(1+(i+2)%3)*time.Second)
			p.Planned = append(p.Planned, event)
		}
		planned = append(planned, p)
	}
	if err := store.AddExecution(t.Context(), e, func(storage.Precedent) []storage.PlannedMessage { return planned }); err != nil {
		t.Fatal(err)
	}
}

// All events fall due while no process delivers.
func TestOverdueEventsOfAMessageAreSentInOrder(t *testing.T) {
	t.Parallel()
	l := &lives{t: t, inFlight: map[string]bool{}, arrived: map[string][]string{}}
	server := httptest.NewServer(l)
	t.Cleanup(server.Close)
	dir := t.TempDir()
	then := time.Now().Add(-time.Minute)
	before, err := sqlite.Open(t.Context(), sqlite.Options{Dir: dir, Now: func() time.Time { return then }, Rules: storage.Rules{AllowHTTP: true}})
	if err != nil {
		t.Fatal(err)
	}
	hook := createWebhook(t, before, server.URL)
	const messages = 200 // more events than a first page
	execute(t, before, then, hook, messages)
	if err := before.Close(); err != nil {
		t.Fatal(err)
	}
	_, stop := runOn(t, openStore(t, dir), Config{})
	eventually(t, func() bool { return l.count() >= 3*messages }, func() string { return fmt.Sprint(l.count(), " arrived") })
	stop()
	for message, got := range l.arrived {
		if !slices.Equal(got, []string{"a", "b", "c"}) {
			t.Errorf("message %s: got events %q, want a, b, c", message, got)
		}
	}
}
