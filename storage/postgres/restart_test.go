package postgres

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/storage/postgres/pgtest"
	"backchannel/storage/storetest"
)

// TestRestartsOfTheServer enqueues events while the server restarts. Each answer must be true: an
// acknowledged event is stored once, a refused one is not stored, and only one whose outcome is
// unknown may be stored or not.
func TestRestartsOfTheServer(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"fast", "immediate"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			server := pgtest.Start(t, pgtest.Options{Fsync: mode == "immediate"})
			store := open(t, Options{URL: server.Create(t), KeyFile: templateKey})
			w := makeWebhook(t, store)
			hints := store.Changes(t.Context())
			var got answers
			whileRestarting(t, server, mode, func() error {
				return got.enqueue(store, storetest.EventFor(w))
			})
			got.check(t, store)
			waitForAll(t, hints)
		})
	}
}

// TestUnknownCommitIsNotRepeated loses the answer to a commit of several events, and then the
// connection for longer than a caller waits. The events are stored, but no caller can know that:
// each gets an error that says so, and no event is stored twice.
func TestUnknownCommitIsNotRepeated(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t, pgtest.Options{})
	database := server.Create(t)
	direct := open(t, Options{URL: database, KeyFile: templateKey})
	w := makeWebhook(t, direct)
	p := newProxy(t, server.Address())
	store := open(t, Options{URL: p.url(t, database), KeyFile: templateKey})
	const together = 3
	var got answers
	var callers sync.WaitGroup
	begun, resume := make(chan struct{}), make(chan struct{})
	begin := sync.OnceFunc(func() { close(begun) })
	callers.Go(func() { // occupies the writer, so that the others form one batch
		err := store.write(t.Context(), 0, func(*tx) error {
			begin()
			select {
			case <-resume:
			case <-t.Context().Done():
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-begun
	for range together {
		callers.Go(func() {
			if err := got.enqueue(store, storetest.EventFor(w)); !errors.Is(err, errUnknown) || !errors.Is(err, storage.ErrUnreachable) {
				t.Errorf("got %v, want errUnknown", err)
			}
		})
	}
	callers.Go(func() {
		err := store.write(t.Context(), 0, func(*tx) error { p.cutOffAt("COMMIT\x00"); return nil })
		if !errors.Is(err, errUnknown) {
			t.Errorf("got %v, want errUnknown", err)
		}
	})
	waitUntil(t, func() bool { return len(store.ordered.queue.Waiting) == together+1 })
	close(resume)
	callers.Wait()
	got.check(t, direct)
	if n, err := direct.CountDeliveries(t.Context(), storage.DeliveryQuery{}); n != together || err != nil {
		t.Errorf("got %d deliveries, %v; want the %d that were committed", n, err, together)
	}
}

func waitUntil(t *testing.T, ok func() bool) {
	t.Helper()
	storetest.Eventually(t, 20*time.Second, ok, func() string { return "the condition did not become true within 20 s" })
}

// An answers records how the store answered for each event. Each event gets an identity of its own.
// The zero value is ready for use.
type answers struct {
	mu                             sync.Mutex // guards the fields below
	acknowledged, refused, unknown []string
	serial                         int
}

// enqueue enqueues an event and records the answer.
func (a *answers) enqueue(store *Store, e storage.Event) error {
	a.mu.Lock()
	a.serial++
	e.Identity = strconv.Itoa(a.serial)
	a.mu.Unlock()
	_, err := store.Enqueue(context.Background(), e)
	a.mu.Lock()
	defer a.mu.Unlock()
	which := &a.acknowledged
	switch {
	case errors.Is(err, errUnknown):
		which = &a.unknown
	case err != nil:
		which = &a.refused
	}
	*which = append(*which, e.Identity)
	return err
}

// check compares the recorded answers with what is stored.
func (a *answers) check(t *testing.T, store *Store) {
	t.Helper()
	all, err := store.Deliveries(t.Context(), storage.DeliveryQuery{})
	if err != nil {
		t.Fatal(err)
	}
	stored := map[string]int{}
	for _, d := range all {
		stored[d.Identity]++
	}
	t.Logf("%d acknowledged, %d refused, %d unknown, %d stored", len(a.acknowledged), len(a.refused), len(a.unknown), len(all))
	for _, expect := range []struct {
		answer      string
		identities  []string
		least, most int
	}{{"stored", a.acknowledged, 1, 1}, {"refused", a.refused, 0, 0}, {"unknown", a.unknown, 0, 1}} {
		for _, identity := range expect.identities {
			if n := stored[identity]; n < expect.least || n > expect.most {
				t.Errorf("event %s is stored %d times, but the answer was %s", identity, n, expect.answer)
			}
			delete(stored, identity)
		}
	}
	if len(stored) > 0 {
		t.Errorf("events are stored that no caller enqueued: %v", stored)
	}
}

// whileRestarting restarts the server while several goroutines repeat work.
func whileRestarting(t *testing.T, server *pgtest.Server, mode string, work func() error) {
	t.Helper()
	stop, atWork := make(chan struct{}), make(chan struct{})
	var workers sync.WaitGroup
	var count atomic.Int64
	for range 4 {
		workers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				err := work()
				switch {
				case errors.Is(err, storage.ErrUnreachable): // on a slow machine
				case err != nil:
					t.Errorf("while the server was restarted: %v", err)
					return
				case count.Add(1) == 50:
					close(atWork)
				}
			}
		})
	}
	<-atWork
	if err := errors.Join(server.Stop(mode), server.Start()); err != nil {
		t.Error(err)
	}
	back := count.Load() + 50
	for count.Load() < back && !t.Failed() {
		time.Sleep(time.Millisecond)
	}
	close(stop)
	workers.Wait()
}
