package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"backchannel/storage"
)

// Deliveries keeps events and their deliveries to webhooks.
type Deliveries interface {
	deliveryByID
	enqueuer
	deliveryReads
	deliveryWrites
}

// deliveryByID are the methods of Deliveries that read one record. An unknown record is
// storage.ErrNotFound.
type deliveryByID interface {
	Delivery(ctx context.Context, id storage.ID) (storage.Delivery, error)
	Event(ctx context.Context, id storage.ID) (storage.Event, error)
}

// An enqueuer queues events.
type enqueuer interface {
	// Enqueue stores each event with a delivery that is due at once, all of them or none. The
	// error for an event that the webhook cannot send is a storage.FieldErrors.
	Enqueue(ctx context.Context, events ...storage.Event) ([]storage.Delivery, error)
}

// deliveryReads are the methods of Deliveries that read several records.
type deliveryReads interface {
	Deliveries(ctx context.Context, q storage.DeliveryQuery) ([]storage.Delivery, error)
	CountDeliveries(ctx context.Context, q storage.DeliveryQuery) (int64, error)
	Attempts(ctx context.Context, delivery storage.ID) ([]storage.Attempt, error)
	// SentDigest returns the SHA-256 digest, in hexadecimal, of what a delivery sends. The
	// receiver uses it to tell whether a body was changed on its way.
	SentDigest(ctx context.Context, delivery storage.ID) (sha256 string, webhook storage.ID, known bool, err error)
	// Counts returns the number of deliveries in each state as it is shown: those of a paused
	// webhook are parked.
	Counts(ctx context.Context) (storage.Counts, error)
	// AttemptTallies returns the tallies of the last storage.TallyWindow.
	AttemptTallies(ctx context.Context, webhook storage.ID, until time.Time) (storage.AttemptTallies, error)
}

// deliveryWrites are the methods of Deliveries that write, apart from Enqueue.
type deliveryWrites interface {
	// Fire does what Enqueue does, and records an activity in which what describes the events.
	Fire(ctx context.Context, what string, events ...storage.Event) ([]storage.Delivery, error)
	// ReplayDelivery queues the event of a delivery again, as a new delivery. It is a conflict if
	// the webhook has been deleted.
	ReplayDelivery(ctx context.Context, id storage.ID) (storage.Delivery, error)
	// ActOnDeliveries applies one action to many deliveries in one commit, and counts those to which
	// it cannot be applied.
	ActOnDeliveries(ctx context.Context, action storage.DeliveryAction, ids []storage.ID) (storage.ActionOutcome, error)
}

// runDeliveries tests how a store keeps events and their deliveries.
func runDeliveries[S Base](t *testing.T, create Create[S]) {
	run(t, create, deliveriesTests())
}

// deliveriesTests are the tests of Deliveries.
func deliveriesTests() subject {
	return subject{
		bare: true,
		twice: tests{
			"an event comes back as it was enqueued": enqueued,
			"invalid events are refused":             refusedEvents,
			"an attempt comes back as it was stored": storedAttempt,
			"cancelled stays cancelled":              staysCancelled,
			"a replay is a new delivery":             replay,
			"deliveries are listed":                  deliveryLists,
			"attempts are tallied":                   attemptTallies,
		},
		once: tests{
			"commands change deliveries":                  retryAndCancel,
			"an action changes the deliveries it can":     actOnMany,
			"a filter selects by why there was no answer": noAnswerFilter,
		},
	}
}

// enqueued reads an event and its delivery back in each possible way.
func enqueued(t *suite) {
	s := t.store
	w := AddWebhook(t, s, "acme")
	e := EventFor(w)
	made, err := s.Enqueue(t.Context(), e, e)
	if err != nil || len(made) != 2 || made[0].ID >= made[1].ID {
		t.Fatalf("got %v, %v", made, err)
	}
	got := Delivery(t, s, made[0].ID)
	if diff := cmp.Diff(made[0], got); diff != "" || got.State != storage.Queued || got.Webhook != "acme" || got.Identity != e.Identity {
		t.Errorf("%+v %s", got, diff)
	}
	kept, err := s.Event(t.Context(), got.EventID)
	e.ID, e.CreatedAt = got.EventID, got.CreatedAt
	if diff := cmp.Diff(e, kept); err != nil || diff != "" {
		t.Errorf("got error %v; (-want +got):\n%s", err, diff)
	}
	digest, webhook, ok, err := s.SentDigest(t.Context(), got.ID)
	sum := sha256.Sum256(e.Payload)
	if digest != hex.EncodeToString(sum[:]) || webhook != w.ID || !ok || err != nil {
		t.Errorf("SentDigest: got %s, %v, %v, %v", digest, webhook, ok, err)
	}
	if _, _, ok, err := s.SentDigest(t.Context(), 7); ok || err != nil {
		t.Errorf("SentDigest of an unknown delivery: got %v, %v; want false", ok, err)
	}
	if none, err := s.Enqueue(t.Context()); none != nil || err != nil {
		t.Errorf("got %v, %v", none, err)
	}
}

// refusedEvents enqueues a valid event together with an invalid one. Neither is stored.
func refusedEvents(t *suite) {
	s := t.store
	w := AddWebhook(t, s, "acme", func(w *storage.Webhook) { w.Channels = []storage.Channel{storage.Email} })
	for _, c := range []struct {
		name   string
		change func(*storage.Event)
		fields []string
	}{
		{"a channel that the webhook lacks", func(e *storage.Event) { e.Channel = storage.SMS }, []string{"channel"}},
		{"a token fault without tokens", func(e *storage.Event) { e.Misbehave = storage.MisbehaveExpired }, []string{"misbehave"}},
		{"both", func(e *storage.Event) { e.Channel, e.Misbehave = storage.SMS, storage.MisbehaveAlgNone }, []string{"channel", "misbehave"}},
	} {
		bad := EventFor(w)
		c.change(&bad)
		_, err := s.Enqueue(t.Context(), EventFor(w), bad)
		if wantFields(t, err, c.fields...); !errors.Is(err, storage.ErrInvalid) {
			t.Errorf("%s: got %v", c.name, err)
		}
	}
	if got, _ := s.Deliveries(t.Context(), storage.DeliveryQuery{}); len(got) != 0 {
		t.Errorf("after refused events: got the deliveries %v, want none", got)
	}
	fine := EventFor(w)
	fine.Misbehave = storage.MisbehaveTruncated
	if _, err := s.Enqueue(t.Context(), fine); err != nil {
		t.Error(err)
	}
}

// storedAttempt reads an attempt back in full. If it is reported again, as after a commit whose
// answer was lost, it must not change the delivery, which has advanced since.
func storedAttempt(t *suite) {
	s := t.store
	w := AddWebhook(t, s, "acme")
	d := Enqueue(t, s, w)
	o := OutcomeOf(d, storage.Retrying)
	o.Attempt = storage.Attempt{
		DeliveryID: d.ID, N: 1, At: d.CreatedAt, Code: 503, ErrorClass: storage.ClassStatus, Error: "503",
		Timings:         storage.Timings{DNS: 1, Connect: 2, TLS: 3, FirstByte: 4, Total: 5},
		RequestHeaders:  []storage.HeaderField{{Name: "A", Value: "1"}, {Name: "B", Value: "2", Secret: true}},
		ResponseHeaders: []storage.HeaderField{{Name: "C", Value: "3", Secret: true}},
		ResponseBody:    []byte("busy\x00"),
	}
	o.NextAttemptAt = d.CreatedAt.Add(time.Minute)
	o.FinishedAt = d.CreatedAt.Add(time.Second)
	t.must(s.Finish(t.Context(), o))
	attempts, err := s.Attempts(t.Context(), d.ID)
	if diff := cmp.Diff([]storage.Attempt{o.Attempt}, attempts); err != nil || diff != "" {
		t.Errorf("got error %v; (-want +got):\n%s", err, diff)
	}
	got := Delivery(t, s, d.ID)
	if got.State != storage.Retrying || got.Attempts != 1 || got.Code != 503 || got.Error != "503" || got.Latency() != time.Second ||
		!got.NextAttemptAt.Equal(o.NextAttemptAt) {
		t.Errorf("got %+v", got)
	}
	Finish(t, s, got, storage.StateDelivered)
	if got := Delivery(t, s, d.ID); got.State != storage.StateDelivered || !got.NextAttemptAt.IsZero() || got.Error != "" || got.Attempts != 2 {
		t.Errorf("got %+v", got)
	}
	if err := s.Finish(t.Context(), o); err != nil {
		t.Errorf("a second report: got %v", err)
	}
	if got := Delivery(t, s, d.ID); got.State != storage.StateDelivered || got.Attempts != 2 {
		t.Errorf("after a second report: got %+v", got)
	}
	o.Attempt.DeliveryID = 7
	if err := s.Finish(t.Context(), o); !errors.Is(err, storage.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

// staysCancelled finishes attempts of a cancelled delivery. They are stored, because the endpoint
// did get the event.
func staysCancelled(t *suite) {
	s := t.store
	d := Enqueue(t, s, AddWebhook(t, s, "acme"))
	t.must(s.CancelDelivery(t.Context(), d.ID))
	for _, state := range []storage.State{storage.Retrying, storage.StateDelivered} {
		Finish(t, s, Delivery(t, s, d.ID), state)
		if got := Delivery(t, s, d.ID); got.State != storage.Cancelled || !got.NextAttemptAt.IsZero() {
			t.Errorf("got %+v", got)
		}
	}
	if attempts, _ := s.Attempts(t.Context(), d.ID); len(attempts) != 2 {
		t.Errorf("got %d attempts, want 2", len(attempts))
	}
	t.wantIntact()
}

// retryAndCancel tests in which states a delivery can be retried and cancelled. The error says what
// to do instead.
func retryAndCancel(t *suite) {
	s := t.store
	w := AddWebhook(t, s, "acme")
	again, gone, done, busy := Enqueue(t, s, w), Enqueue(t, s, w), Enqueue(t, s, w), Enqueue(t, s, w)
	Finish(t, s, again, storage.Retrying)
	Finish(t, s, done, storage.StateDelivered)
	t.must(errors.Join(s.RetryDelivery(t.Context(), again.ID), s.CancelDelivery(t.Context(), gone.ID),
		s.MarkSending(t.Context(), []storage.ID{busy.ID, done.ID})))
	if got := Delivery(t, s, again.ID); got.NextAttemptAt.After(time.Now()) {
		t.Errorf("after RetryDelivery: due at %s, want at once", got.NextAttemptAt)
	}
	for _, c := range []struct {
		err  error
		want error
		says string
	}{
		{s.RetryDelivery(t.Context(), done.ID), storage.ErrConflict, "replay"},
		{s.RetryDelivery(t.Context(), gone.ID), storage.ErrConflict, "replay"},
		{s.RetryDelivery(t.Context(), busy.ID), storage.ErrConflict, "sent"},
		{s.CancelDelivery(t.Context(), done.ID), storage.ErrConflict, "delivered"},
		{s.CancelDelivery(t.Context(), 7), storage.ErrNotFound, ""},
	} {
		if !errors.Is(c.err, c.want) || !strings.Contains(c.err.Error(), c.says) {
			t.Errorf("got %v", c.err)
		}
	}
	commands, err := s.Commands(t.Context(), 0)
	if err != nil || len(commands) != 2 || commands[0].Kind != storage.CommandRetry || commands[1].DeliveryID != gone.ID || commands[1].WebhookID != w.ID {
		t.Fatalf("got %+v, %v", commands, err)
	}
	if later, _ := s.Commands(t.Context(), commands[0].ID); len(later) != 1 {
		t.Errorf("got the commands %+v, want one", later)
	}
	t.must(s.DropCommands(t.Context(), commands[0].ID))
	if left, _ := s.Commands(t.Context(), 0); len(left) != 1 || left[0] != commands[1] {
		t.Errorf("after DropCommands: got the commands %+v", left)
	}
}

// replay tests that a replay shares the event with its original.
func replay(t *suite) {
	s := t.store
	d := Enqueue(t, s, AddWebhook(t, s, "acme"))
	Finish(t, s, d, storage.Failed)
	again, err := s.ReplayDelivery(t.Context(), d.ID)
	if err != nil || again.EventID != d.EventID || again.ReplayOf != d.ID || again.State != storage.Queued {
		t.Fatalf("got %+v, %v", again, err)
	}
	if diff := cmp.Diff(again, Delivery(t, s, again.ID)); diff != "" {
		t.Error(diff)
	}
	both, err := s.Deliveries(t.Context(), storage.DeliveryQuery{EventIDs: []storage.ID{d.EventID}})
	if err != nil || len(both) != 2 || both[0].ID != again.ID {
		t.Errorf("got %v, %v", both, err)
	}
	if _, err := s.ReplayDelivery(t.Context(), 7); !errors.Is(err, storage.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

// deliveryLists tests pages in both directions, and that deliveries in the state parked, which is
// never stored, are listed and counted.
func deliveryLists(t *suite) {
	s := t.store
	a, b := AddWebhook(t, s, "a"), AddWebhook(t, s, "b")
	var ids []storage.ID
	for i := range 8 {
		w := a
		if i%2 == 1 {
			w = b
		}
		d := Enqueue(t, s, w)
		ids = append(ids, d.ID)
		switch i {
		case 0:
			Finish(t, s, d, storage.Failed)
		case 1, 2:
			Finish(t, s, d, storage.Retrying)
		case 3:
			Finish(t, s, d, storage.StateDelivered)
		}
	}
	t.must(s.SetWebhookState(t.Context(), b.ID, storage.Paused, ""))
	for _, c := range []struct {
		name  string
		query storage.DeliveryQuery
		want  []int
	}{
		{"all", storage.DeliveryQuery{}, []int{7, 6, 5, 4, 3, 2, 1, 0}},
		{"a page", storage.DeliveryQuery{Limit: 2, Before: ids[6]}, []int{5, 4}},
		{"later ones", storage.DeliveryQuery{Limit: 2, After: ids[2]}, []int{3, 4}},
		{"of a webhook", storage.DeliveryQuery{WebhookID: b.ID}, []int{7, 5, 3, 1}},
		{"failed", storage.DeliveryQuery{States: []storage.State{storage.Failed}}, []int{0}},
		{"queued", storage.DeliveryQuery{States: []storage.State{storage.Queued}}, []int{6, 4}},
		{"parked", storage.DeliveryQuery{States: []storage.State{storage.Parked}}, []int{7, 5, 1}},
		{"retrying or delivered", storage.DeliveryQuery{States: []storage.State{storage.Retrying, storage.StateDelivered}}, []int{3, 2}},
	} {
		got, err := s.Deliveries(t.Context(), c.query)
		t.must(err)
		var want, have []storage.ID
		for _, i := range c.want {
			want = append(want, ids[i])
		}
		for _, d := range got {
			have = append(have, d.ID)
		}
		if diff := cmp.Diff(want, have); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
	counts, err := s.Counts(t.Context())
	want := map[storage.State]int64{storage.Queued: 2, storage.Retrying: 1, storage.Parked: 3, storage.Failed: 1, storage.StateDelivered: 1}
	for state, n := range counts.Deliveries {
		if n != want[state] {
			t.Errorf("Counts: got %d %s, want %d (%v)", n, state, want[state], err)
		}
	}
}
