package engine

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/storage/sqlite"
	"backchannel/storage/storetest"
)

var kills = flag.Int("kills", 5, "how many processes TestKilledProcesses kills")

// victimFolder is the environment variable with the data folder of a process that the test kills.
const victimFolder = "BACKCHANNEL_TEST_VICTIM"

func openStore(t *testing.T, dir string) *sqlite.Store {
	store, err := sqlite.Open(t.Context(), sqlite.Options{Dir: dir, Rules: storage.Rules{AllowHTTP: true}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

func createWebhook(t *testing.T, store *sqlite.Store, url string, change ...func(*storage.Webhook)) storage.Webhook {
	w := storage.NewWebhook()
	w.Name, w.URL, w.Channels = "acme", url, storage.Channels()
	for _, c := range change {
		c(&w)
	}
	w.Normalize()
	if err := store.CreateWebhook(t.Context(), &w); err != nil {
		t.Fatal(err)
	}
	return w
}

func event(w storage.Webhook) storage.Event {
	return storage.Event{WebhookID: w.ID, RequestID: "r", Channel: storage.Email, Status: storage.StatusSent, Identity: "a@b.example", Payload: []byte(`{"a":1}`)}
}

// victim enqueues events, every second one for later, and delivers them until it is killed. It prints
// the ID of each delivery that the store has committed.
func victim(dir string) error {
	ctx := context.Background()
	store, err := sqlite.Open(ctx, sqlite.Options{Dir: dir})
	if err != nil {
		return err
	}
	webhooks, err := store.Webhooks(ctx)
	if err != nil {
		return err
	}
	for range 8 {
		go func() {
			for planned := false; ; planned = !planned {
				e := event(webhooks[0])
				if planned {
					e.DueAt = time.Now().Add(time.Duration(rand.IntN(300)) * time.Millisecond)
				}
				made, err := store.Enqueue(ctx, e)
				if err != nil {
					panic(err)
				}
				fmt.Println(made[0].ID)
			}
		}()
	}
	return Lead(ctx, store, nil, New(store, Config{}).Run)
}

// sightings counts how often each delivery reached an endpoint.
type sightings struct {
	mu   sync.Mutex
	seen map[string]int
}

func (s *sightings) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen[r.Header.Get("Backchannel-Delivery")]++
	rw.WriteHeader(http.StatusNoContent)
}

// killOne starts a victim, kills it after a while, and returns the IDs that it printed.
func killOne(t *testing.T, dir string) (acknowledged []string) {
	cmd, _, out := storetest.StartChild(t, victimFolder+"="+dir)
	lines := bufio.NewScanner(out)
	var killer *time.Timer
	for lines.Scan() {
		if killer == nil {
			killer = time.AfterFunc(time.Duration(rand.IntN(500))*time.Millisecond, func() { _ = cmd.Process.Kill() })
		}
		if len(lines.Text()) == len(storage.ID(0).String()) {
			acknowledged = append(acknowledged, lines.Text())
		}
	}
	_ = cmd.Wait()
	return acknowledged
}

func TestKilledProcesses(t *testing.T) {
	t.Parallel()
	s := &sightings{seen: map[string]int{}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	dir := t.TempDir()
	store := openStore(t, dir)
	hook := createWebhook(t, store, server.URL)
	var acknowledged []string
	for range *kills {
		acknowledged = append(acknowledged, killOne(t, dir)...)
	}
	deliverAll(t, store)

	lost, duplicates := 0, 0
	for _, id := range acknowledged {
		if s.seen[id] == 0 {
			lost++
		}
	}
	for _, n := range s.seen {
		duplicates += n - 1
	}
	t.Logf("%d kills, %d acknowledged, %d duplicates", *kills, len(acknowledged), duplicates)
	if lost > 0 {
		t.Errorf("%d of %d acknowledged deliveries were never sent", lost, len(acknowledged))
	}
	if most := *kills * hook.Delivery.Concurrency; duplicates > most {
		t.Errorf("got %d duplicates, want at most %d", duplicates, most)
	}
	if wrong, err := store.Check(t.Context()); err != nil || len(wrong) > 0 {
		t.Errorf("the database check found %v, %v", wrong, err)
	}
}

// deliverAll runs an engine until no delivery is left, and checks that none failed.
func deliverAll(t *testing.T, store *sqlite.Store) {
	t.Helper()
	e := New(store, Config{})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	for left := waiting(t, store); left > 0; { // there may be many: what counts is that they become fewer
		before := left
		eventually(t, func() bool { left = waiting(t, store); return left < before },
			func() string { return fmt.Sprintf("%d deliveries are still not delivered", left) })
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if c, err := store.Counts(t.Context()); err != nil || c.Deliveries[storage.Failed] > 0 {
		t.Errorf("got counts %+v, %v; want none failed", c, err)
	}
}

// waiting counts the deliveries that are not final.
func waiting(t *testing.T, store *sqlite.Store) int64 {
	t.Helper()
	c, err := store.Counts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	n := c.Deliveries
	return n[storage.Queued] + n[storage.Sending] + n[storage.Retrying] + n[storage.Parked]
}
