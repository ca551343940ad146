package tuitest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"backchannel/storage"
	"backchannel/storage/sqlite"
	"backchannel/storage/sqlite/sqlitetest"
)

// A Store is a real store in a folder of its own. Besides what the console does, it can do
// what the engine and the receiver do: attempt deliveries, add receipts, publish the
// leader's status. Its methods end the test if the store refuses a record.
type Store struct {
	*sqlite.Store
	t       testing.TB
	clock   *clock
	resign  func()
	runtime storage.Runtime
	nodes   atomic.Pointer[[]storage.Node] // as if the store were shared; nil: it is not
}

// OpenStore opens an empty store. Its leader is process 4711, which this one plays. The
// store belongs to the synctest bubble that it is opened in, if there is one, and then takes
// its time from now.
func OpenStore(t testing.TB, now func() time.Time, rules storage.Rules) *Store {
	t.Helper()
	s := &Store{t: t, clock: &clock{now: now}, runtime: storage.Runtime{PID: 4711, ReceiverURL: "https://127.0.0.1:9443"}}
	s.Store = sqlitetest.Open(t, sqlite.Options{Now: s.clock.read, Rules: rules, By: "in the console"})
	resign, _, err := s.TryLead()
	s.must(err)
	s.resign = resign
	t.Cleanup(s.Resign)
	s.SetRuntime(func(*storage.Runtime) {})
	return s
}

func (s *Store) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// must is for methods with a result.
func must[T any](s *Store) func(T, error) T {
	return func(value T, err error) T {
		s.t.Helper()
		s.must(err)
		return value
	}
}

// A clock tells the time, or the one at which a record is to be written.
type clock struct {
	now  func() time.Time
	mu   sync.Mutex // guards past
	past time.Time
}

func (c *clock) read() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.past.IsZero() {
		return c.past
	}
	return c.now()
}

func (c *clock) set(past time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.past = past
}

// At has records written at a time, from which the store makes their IDs too. The zero time
// stands for the present.
func (s *Store) At(when time.Time, write func()) {
	s.clock.set(when)
	defer s.clock.set(time.Time{})
	write()
}

// Resign ends this process's time as the leader, so that nobody delivers.
func (s *Store) Resign() {
	if s.resign != nil {
		s.resign()
		s.resign = nil
	}
}

// SetNodes has so many nodes deliver, and one that is gone, as if many machines shared the store.
func (s *Store) SetNodes(alive int) {
	s.t.Helper()
	nodes := make([]storage.Node, alive+1)
	for i := range nodes {
		nodes[i] = storage.Node{Alive: i < alive, HeardAt: s.clock.read()}
	}
	s.nodes.Store(&nodes)
	s.SetRuntime(func(*storage.Runtime) {})
}

// Nodes returns the nodes that were set, or else those of the store.
func (s *Store) Nodes(ctx context.Context) ([]storage.Node, error) {
	if nodes := s.nodes.Load(); nodes != nil {
		return *nodes, nil
	}
	return s.Store.Nodes(ctx)
}

// SetRuntime changes the status that the leader publishes.
func (s *Store) SetRuntime(change func(*storage.Runtime)) {
	s.t.Helper()
	change(&s.runtime)
	s.must(s.SaveRuntime(context.Background(), s.runtime))
}

// AddWebhook creates a webhook at its CreatedAt and saves it again at its UpdatedAt until it
// has its version. One that has an ID must be given just that.
func (s *Store) AddWebhook(w storage.Webhook) storage.Webhook {
	s.t.Helper()
	want := w
	s.At(want.CreatedAt, func() { s.must(s.CreateWebhook(context.Background(), &w)) })
	for w.Version < want.Version {
		s.At(want.UpdatedAt, func() { s.must(s.UpdateWebhook(context.Background(), &w)) })
	}
	s.wantID(want.ID, w.ID)
	return w
}

// AddWebhooks creates many webhooks in one commit, at the present time.
func (s *Store) AddWebhooks(all ...storage.Webhook) []storage.Webhook {
	s.t.Helper()
	made := make([]*storage.Webhook, len(all))
	for i := range all {
		all[i].ID, all[i].Version = 0, 0
		made[i] = &all[i]
	}
	s.must(s.SaveWebhooks(context.Background(), made...))
	return all
}

// ChangeWebhook changes a stored webhook, as another process might.
func (s *Store) ChangeWebhook(id storage.ID, change func(*storage.Webhook)) {
	s.t.Helper()
	w := must[storage.Webhook](s)(s.Webhook(context.Background(), id))
	change(&w)
	s.must(s.UpdateWebhook(context.Background(), &w))
}

func (s *Store) wantID(want, got storage.ID) {
	s.t.Helper()
	if want != 0 && got != want {
		s.t.Fatalf("the record has the ID %s, want %s", got, want)
	}
}

// AddDelivery queues an event at its CreatedAt and returns its delivery.
func (s *Store) AddDelivery(e storage.Event) (made storage.Delivery) {
	s.t.Helper()
	if e.Payload == nil {
		e.Payload = []byte("{}")
	}
	s.At(e.CreatedAt, func() {
		made = must[[]storage.Delivery](s)(s.Enqueue(context.Background(), e))[0]
	})
	return made
}

// Attempt stores the outcome of the next attempt of a delivery. The attempt is made when the
// delivery was created if it has no time.
func (s *Store) Attempt(id storage.ID, o storage.Outcome) {
	s.t.Helper()
	d := must[storage.Delivery](s)(s.Delivery(context.Background(), id))
	if o.Attempt.At.IsZero() {
		o.Attempt.At = d.CreatedAt
	}
	o.Attempt.DeliveryID, o.Attempt.N = id, d.Attempts+1
	o.FinishedAt = o.Attempt.At.Add(o.Attempt.Timings.Total)
	s.At(o.FinishedAt, func() { s.must(s.Finish(context.Background(), o)) })
}

// AddActivities stores activities.
func (s *Store) AddActivities(all ...storage.Activity) {
	s.t.Helper()
	for _, a := range all {
		s.At(a.At, func() { s.must(s.AddActivity(context.Background(), a)) })
	}
}

// Receive stores receipts, with the outcomes of their answers. The IDs of those that have
// one must be consecutive.
func (s *Store) Receive(receipts ...storage.Receipt) {
	s.t.Helper()
	ends := make([]storage.AnswerEnd, len(receipts))
	s.inOrder(len(receipts), func(i int) error {
		r := receipts[i]
		err := s.AddReceipt(context.Background(), &r, func([]storage.Earlier) {})
		ends[i] = storage.AnswerEnd{ReceiptID: r.ID, Outcome: r.Outcome, Duration: r.Duration}
		return err
	}, func(i int) time.Time {
		if receipts[i].ID == 0 {
			return time.Time{}
		}
		return time.UnixMicro(int64(receipts[i].ID))
	})
	for i, end := range ends {
		s.wantID(receipts[i].ID, end.ReceiptID)
	}
	s.must(s.FinishReceipts(context.Background(), ends...))
}

// inOrder runs n writes in few commits. It has a batch of them wait before it lets the first
// one go, so that they are committed together and in their order. It needs a synctest bubble.
func (s *Store) inOrder(n int, write func(i int) error, when func(i int) time.Time) {
	s.t.Helper()
	const batch = 200 // fewer than one commit takes
	errs := make([]error, n)
	for first := 0; first < n; first += batch {
		s.At(when(first), func() {
			var writes sync.WaitGroup
			release := s.PauseWrites()
			for i := first; i < min(first+batch, n); i++ {
				writes.Go(func() { errs[i] = write(i) })
				synctest.Wait()
			}
			release()
			writes.Wait()
		})
	}
	s.must(errors.Join(errs...))
}

// AllWebhooks returns the webhooks by name.
func (s *Store) AllWebhooks() []storage.Webhook {
	s.t.Helper()
	return must[[]storage.Webhook](s)(s.Webhooks(context.Background()))
}

// AllDeliveries returns the deliveries, oldest first.
func (s *Store) AllDeliveries() []storage.Delivery {
	s.t.Helper()
	return must[[]storage.Delivery](s)(s.Deliveries(context.Background(), storage.DeliveryQuery{After: 1}))
}

// AllEvents returns the events of which there are deliveries, oldest first.
func (s *Store) AllEvents() (all []storage.Event) {
	s.t.Helper()
	for _, d := range s.AllDeliveries() {
		if d.ReplayOf == 0 {
			all = append(all, must[storage.Event](s)(s.Event(context.Background(), d.EventID)))
		}
	}
	return all
}

// AllReceipts returns the receipts with their content, oldest first.
func (s *Store) AllReceipts() []storage.Receipt {
	s.t.Helper()
	all := must[[]storage.Receipt](s)(s.Receipts(context.Background(), storage.ReceiptQuery{OldestFirst: true}))
	for i := range all {
		all[i] = must[storage.Receipt](s)(s.Receipt(context.Background(), all[i].ID))
	}
	return all
}

// ProfileOf returns the response profile of a webhook.
func (s *Store) ProfileOf(webhook storage.ID) storage.Profile {
	s.t.Helper()
	return must[storage.Profile](s)(s.Profile(context.Background(), webhook))
}
