package engine

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/storage/sqlite"
)

// arrivals records when each delivery arrived, in order.
type arrivals struct {
	mu  sync.Mutex
	ids []string
	at  []time.Time
}

func (a *arrivals) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ids, a.at = append(a.ids, r.Header.Get("Backchannel-Delivery")), append(a.at, time.Now())
	rw.WriteHeader(http.StatusNoContent)
}

func (a *arrivals) seen() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.ids)
}

// plans is a store with a webhook whose events can be planned.
type plans struct {
	*arrivals
	t     *testing.T
	store *sqlite.Store
	hook  storage.Webhook
}

func newPlans(t *testing.T) *plans {
	p := &plans{arrivals: &arrivals{}, t: t, store: openStore(t, t.TempDir())}
	server := httptest.NewServer(p.arrivals)
	t.Cleanup(server.Close)
	p.hook = createWebhook(t, p.store, server.URL)
	return p
}

// plan enqueues an event that is due after each wait. A wait of 0 stands for an event that is not planned.
func (p *plans) plan(waits ...time.Duration) []storage.Delivery {
	p.t.Helper()
	events := slices.Repeat([]storage.Event{event(p.hook)}, len(waits))
	now := time.Now()
	for i, wait := range waits {
		if wait != 0 {
			events[i].DueAt = now.Add(wait)
		}
	}
	made, err := p.store.Enqueue(p.t.Context(), events...)
	if err != nil {
		p.t.Fatal(err)
	}
	return made
}

func (p *plans) await(n int) []string {
	p.t.Helper()
	eventually(p.t, func() bool { return len(p.seen()) >= n }, func() string { return fmt.Sprintf("%d of %d arrived", len(p.seen()), n) })
	return p.seen()
}

func (p *plans) delivery(id storage.ID) storage.Delivery {
	p.t.Helper()
	d, err := p.store.Delivery(p.t.Context(), id)
	if err != nil {
		p.t.Fatal(err)
	}
	return d
}

func TestPlannedEventsAreSentWhenTheyFallDue(t *testing.T) {
	t.Parallel()
	p := newPlans(t)
	_, stop := runOn(t, p.store, Config{})
	made := p.plan(600*time.Millisecond, 200*time.Millisecond, 0, 400*time.Millisecond, time.Hour)
	want := []string{made[2].ID.String(), made[1].ID.String(), made[3].ID.String(), made[0].ID.String()}
	if got := p.await(4); !slices.Equal(got, want) {
		t.Errorf("got the order %v, want %v", got, want)
	}
	stop()
	for i, id := range p.ids {
		for _, d := range made {
			if d.ID.String() == id && p.at[i].Before(d.DueAt) {
				t.Errorf("%s arrived %s before it was due", id, d.DueAt.Sub(p.at[i]))
			}
		}
	}
	if d := p.delivery(made[4].ID); !d.Planned(time.Now()) || d.Attempts != 0 {
		t.Errorf("got the last delivery %+v", d)
	}
	if d := p.delivery(made[0].ID); d.Latency() > time.Since(d.DueAt) {
		t.Errorf("got a latency of %s, want it since the event was due", d.Latency())
	}
}

// More events are planned, before and after those that are due, than a queue in memory holds.
func TestPlannedEventsDoNotFillTheQueue(t *testing.T) {
	t.Parallel()
	p := newPlans(t)
	for range 2 * maxQueue / 100 {
		p.plan(slices.Repeat([]time.Duration{time.Hour}, 100)...)
	}
	runOn(t, p.store, Config{})
	p.plan(slices.Repeat([]time.Duration{0}, 300)...)
	p.await(300)
	for range maxQueue / 100 {
		p.plan(slices.Repeat([]time.Duration{time.Hour}, 100)...)
	}
	soon := p.plan(50 * time.Millisecond)[0].ID.String()
	p.plan(slices.Repeat([]time.Duration{0}, 100)...)
	if got := p.await(401); len(got) != 401 || !slices.Contains(got, soon) {
		t.Errorf("got %d events, want 401 with %s", len(got), soon)
	}
}

func TestPlannedEventsCanBeRetriedAndCancelled(t *testing.T) {
	t.Parallel()
	p := newPlans(t)
	runOn(t, p.store, Config{})
	made := p.plan(time.Hour, 300*time.Millisecond, 600*time.Millisecond)
	if err := p.store.RetryDelivery(t.Context(), made[0].ID); err != nil {
		t.Fatal(err)
	}
	if err := p.store.CancelDelivery(t.Context(), made[1].ID); err != nil {
		t.Fatal(err)
	}
	if got, want := p.await(2), []string{made[0].ID.String(), made[2].ID.String()}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if d := p.delivery(made[1].ID); d.State != storage.Cancelled || d.Attempts != 0 {
		t.Errorf("got the cancelled delivery %+v", d)
	}
}

func TestPlannedEventsOfAPausedWebhookAreSentInOrder(t *testing.T) {
	t.Parallel()
	p := newPlans(t)
	p.hook.Delivery.Concurrency = 1
	p.hook.State = storage.Paused
	if err := p.store.UpdateWebhook(t.Context(), &p.hook); err != nil {
		t.Fatal(err)
	}
	runOn(t, p.store, Config{})
	made := p.plan(30*time.Millisecond, 10*time.Millisecond, 20*time.Millisecond)
	due := p.plan(0)[0]
	eventually(t, func() bool { return time.Now().After(made[0].DueAt) }, func() string { return "time does not pass" })
	if d := p.delivery(due.ID); d.State != storage.Parked || len(p.seen()) != 0 {
		t.Fatalf("got delivery %+v, arrived %v; want it parked, and none", d, p.seen())
	}
	if err := p.store.SetWebhookState(t.Context(), p.hook.ID, storage.Active, ""); err != nil {
		t.Fatal(err)
	}
	all := append(slices.Clip(made), due)
	slices.SortFunc(all, func(a, b storage.Delivery) int { return a.NextAttemptAt.Compare(b.NextAttemptAt) })
	var want []string
	for _, d := range all {
		want = append(want, d.ID.String())
	}
	if got := p.await(4); !slices.Equal(got, want) {
		t.Errorf("got the order %v, want %v", got, want)
	}
}

func TestPlannedEventsFollowTheClock(t *testing.T) {
	t.Parallel()
	var c clock
	p := newPlans(t)
	runOn(t, p.store, Config{Now: c.now})
	made := p.plan(time.Hour, 2*time.Hour)
	p.plan(0)
	p.await(1)
	c.set(90 * time.Minute)
	if got := p.await(2); got[1] != made[0].ID.String() {
		t.Errorf("got %v, want %s second", got, made[0].ID)
	}
	c.set(-80 * time.Minute)
	p.plan(0)
	if got := p.await(3); slices.Contains(got, made[1].ID.String()) {
		t.Error("the event that is due in two hours arrived")
	}
}
