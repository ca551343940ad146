package river_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"backchannel/storage"
	"backchannel/storage/postgres"
	"backchannel/storage/postgres/pgtest"
)

// takenByDeadNode makes a node take deliveries and then stop without a trace, having marked the first
// ones. It returns a function that lets the node's last heartbeat expire.
func (w *world) takenByDeadNode(ids []storage.ID, marked int, also ...func(checker) error) (expire func()) {
	w.Helper()
	gone, err := postgres.Open(w.Context(), options(w.url))
	if err != nil {
		w.Fatal(err)
	}
	if _, _, err := gone.TryLead(); err != nil {
		w.Fatal(err)
	}
	taken, err := riverpgxv5.New(gone.Pool()).GetExecutor().JobGetAvailable(w.Context(), &riverdriver.JobGetAvailableParams{
		ClientID: "node_" + strconv.FormatInt(gone.Node(), 10), MaxToLock: len(ids), MaxAttemptedBy: 1, Queue: "webhook_" + strconv.FormatInt(int64(w.hook.ID), 10),
	})
	if err != nil || len(taken.Jobs) != len(ids) {
		w.Fatalf("the node took %d jobs, %v; want %d", len(taken.Jobs), err, len(ids))
	}
	if err := gone.MarkSending(w.Context(), ids[:marked]); err != nil {
		w.Fatal(err)
	}
	for _, do := range also {
		if err := do(gone); err != nil {
			w.Fatal(err)
		}
	}
	return func() {
		if err := gone.Close(); err != nil {
			w.Error(err)
		}
		pgtest.Run(w, w.url, `UPDATE nodes SET heard_at = heard_at - interval '1 minute' WHERE id = `+strconv.FormatInt(gone.Node(), 10))
	}
}

func TestDeliveriesOfADeadNodeAreSentAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := w.fire(5)
	expire := w.takenByDeadNode(ids, 2)
	w.node()
	w.node()
	w.await(storage.StateDelivered, w.fire(20)...)
	if n := len(w.endpoint.requests()); n != 20 {
		t.Errorf("got %d requests for jobs of a node that is not yet dead", n-20)
	}
	expire()
	w.await(storage.StateDelivered, ids...)
	if n := len(w.endpoint.requests()); n != 25 {
		t.Errorf("the endpoint got %d requests, want 25", n)
	}
	for _, id := range ids {
		if d := w.delivery(id); d.Attempts != 1 {
			t.Errorf("delivery %s: got %d attempts, want 1", id, d.Attempts)
		}
	}
}

// A node that shuts down finishes its attempts in flight, and the others take over its share of the
// rest.
func TestOthersTakeOverWhenANodeLeaves(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	leaves := w.node()
	w.node()
	w.awaitShares(2)
	ids := w.fire(400)
	w.awaitRequests(50)
	leaves.stop()
	w.await(storage.StateDelivered, ids...)
	if n := len(w.endpoint.requests()); n != 400 {
		t.Errorf("the endpoint got %d requests, want 400", n)
	}
	w.awaitShares(1)
}

// Deliveries that fall due while no node runs are sent by the next node that starts.
func TestDueDeliveriesAreSentAfterAStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := w.fire(30)
	w.node()
	w.await(storage.StateDelivered, ids...)
	w.await(storage.StateDelivered, w.fire(3)...)
}

// lives records the events of messages in the order in which they arrive, and fails the test if two of
// one message arrive at the same time.
type lives struct {
	t  *testing.T
	mu sync.Mutex // guards what follows

	inFlight map[string]bool
	arrived  map[string][]string
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
	rw.WriteHeader(http.StatusNoContent)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.inFlight[message] = false
}

func TestOverdueEventsOfAMessageAreSentInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := &lives{t: t, inFlight: map[string]bool{}, arrived: map[string][]string{}}
	w.endpoint.Config.Handler = l
	const messages = 40
	then := time.Now().Add(-time.Minute)
	o := options(w.url)
	o.Now = func() time.Time { return then }
	past, err := postgres.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	execute(w, past, then, messages)
	if err := past.Close(); err != nil {
		t.Fatal(err)
	}
	w.node()
	w.node()
	sent := func() (n int) {
		l.mu.Lock()
		defer l.mu.Unlock()
		for _, events := range l.arrived {
			n += len(events)
		}
		return n
	}
	w.eventually(func() bool { return sent() == 3*messages }, func() string { return fmt.Sprintf("%d events arrived", sent()) })
	for message, got := range l.arrived {
		if !slices.Equal(got, []string{"a", "b", "c"}) {
			t.Errorf("message %s: got events %q, want a, b, c", message, got)
		}
	}
}

// execute stores a call with messages, whose events are due within three seconds after now.
func execute(w *world, store *postgres.Store, now time.Time, messages int) {
	w.Helper()
	var planned []storage.PlannedMessage
	for m := range messages {
		var p storage.PlannedMessage
		for i, name := range []string{"c", "a", "b"} { // not in the order in which they are due
			p.Planned = append(p.Planned, storage.Event{
				WebhookID: w.hook.ID, Channel: storage.Email, Status: storage.StatusSent,
				Payload: fmt.Appendf(nil, "%q", fmt.Sprint(m, " ", name)), DueAt: now.Add(time.Duration(1+(i+2)%3) * time.Second),
			})
		}
		planned = append(planned, p)
	}
	e := &storage.Execution{ReceivedAt: now, Method: "POST", Path: "/", ExecutionID: "HUMA-1", Code: 202}
	if err := store.AddExecution(w.Context(), e, func(storage.Precedent) []storage.PlannedMessage { return planned }); err != nil {
		w.Fatal(err)
	}
}
