package river_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"backchannel/engine"
	"backchannel/engine/river"
	"backchannel/storage"
	"backchannel/storage/postgres"
	"backchannel/storage/postgres/pgtest"
	"backchannel/storage/storetest"
)

// keys is the folder of the key with which the tests' databases are sealed.
//
//nolint:gochecknoglobals // made once for all tests
var keys string

// template is a migrated database of which each test gets a copy.
//
//nolint:gochecknoglobals // filled once for all tests
var template = &pgtest.Template{Fill: func(url string) error {
	store, err := postgres.Open(context.Background(), options(url))
	if err != nil {
		return err
	}
	return store.Close()
}}

func options(url string) postgres.Options {
	return postgres.Options{URL: url, KeyFile: filepath.Join(keys, "secret.key"), Jobs: river.NewJobs(), Rules: storage.Rules{AllowHTTP: true}}
}

func TestMain(m *testing.M) {
	pgtest.ManyAtOnce()
	os.Exit(withKeys(m))
}

func withKeys(m *testing.M) int {
	var err error
	if keys, err = os.MkdirTemp("", "keys"); err != nil {
		panic(err)
	}
	defer func() { os.RemoveAll(keys) }()
	return m.Run()
}

// A world is a database, an endpoint, and a store that no node uses.
type world struct {
	*testing.T

	url      string
	store    *postgres.Store
	endpoint *endpoint
	hook     storage.Webhook
}

func newWorld(t *testing.T, change ...func(*storage.Webhook)) *world {
	t.Helper()
	w := &world{T: t, url: pgtest.Copy(t, template), endpoint: newEndpoint(t)}
	w.store = w.open()
	w.hook = w.webhook("acme", change...)
	return w
}

func (w *world) open() *postgres.Store {
	w.Helper()
	store, err := postgres.Open(w.Context(), options(w.url))
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() {
		if err := store.Close(); err != nil {
			w.Error(err)
		}
	})
	return store
}

func (w *world) webhook(name string, change ...func(*storage.Webhook)) storage.Webhook {
	w.Helper()
	hook := storetest.WebhookNamed(name)
	hook.URL = w.endpoint.URL + "/" + name
	hook.Delivery.Timeout = time.Minute // a request that is held must not end by itself
	for _, c := range change {
		c(&hook)
	}
	if err := w.store.CreateWebhook(w.Context(), &hook); err != nil {
		w.Fatal(err)
	}
	return hook
}

// edit changes the webhook as a user does.
func (w *world) edit(change func(*storage.Webhook)) {
	w.Helper()
	hook, err := w.store.Webhook(w.Context(), w.hook.ID)
	if err == nil {
		change(&hook)
		err = w.store.UpdateWebhook(w.Context(), &hook)
	}
	if err != nil {
		w.Fatal(err)
	}
}

// pause pauses the webhook through a store and waits until n deliveries of another webhook are sent:
// by then the nodes have heard of it. It returns the paused webhook.
func (w *world) pause(through *postgres.Store, n int) (paused storage.Webhook) {
	w.Helper()
	if err := through.SetWebhookState(w.Context(), w.hook.ID, storage.Paused, ""); err != nil {
		w.Fatal(err)
	}
	paused = w.hook
	w.hook = w.webhook("other")
	w.await(storage.StateDelivered, w.fire(n)...)
	w.hook = paused
	return paused
}

// A node is an engine with a store of its own.
type node struct {
	*river.Engine

	store *postgres.Store
	stop  func() // stops the engine and waits until it has ended
}

// node starts a node.
func (w *world) node(change ...func(*engine.Config)) *node {
	w.Helper()
	return w.nodeOn(func(s *postgres.Store) river.Store { return s }, change...)
}

// nodeOn starts a node whose engine uses what as returns as its store.
func (w *world) nodeOn(as func(*postgres.Store) river.Store, change ...func(*engine.Config)) *node {
	w.Helper()
	jobs := river.NewJobs()
	o := options(w.url)
	o.Jobs = jobs
	store, err := postgres.Open(w.Context(), o)
	if err != nil {
		w.Fatal(err)
	}
	cfg := engine.Config{Jitter: func() float64 { return 0.5 }}
	for _, c := range change {
		c(&cfg)
	}
	e, err := river.New(as(store), jobs, cfg)
	if err != nil {
		w.Fatal(err)
	}
	n := &node{Engine: e, store: store}
	n.stop = w.run(n)
	return n
}

func (w *world) run(n *node) (stop func()) {
	release, ok, err := n.store.TryLead()
	if err != nil || !ok {
		w.Fatalf("the store did not become a node: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- n.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			w.Errorf("the node ended: %v", err)
		}
		release()
		if err := n.store.Close(); err != nil {
			w.Error(err)
		}
	})
	w.Cleanup(stop)
	return stop
}

// fire enqueues n events through a store that no node uses.
func (w *world) fire(n int, change ...func(int, *storage.Event)) []storage.ID {
	w.Helper()
	return w.fireThrough(w.store, n, change...)
}

func (w *world) fireThrough(store *postgres.Store, n int, change ...func(int, *storage.Event)) []storage.ID {
	w.Helper()
	events := make([]storage.Event, n)
	for i := range events {
		events[i] = storetest.EventFor(w.hook)
		for _, c := range change {
			c(i, &events[i])
		}
	}
	made, err := store.Enqueue(w.Context(), events...)
	if err != nil {
		w.Fatal(err)
	}
	ids := make([]storage.ID, n)
	for i, d := range made {
		ids[i] = d.ID
	}
	return ids
}

func (w *world) delivery(id storage.ID) storage.Delivery {
	w.Helper()
	d, err := w.store.Delivery(w.Context(), id)
	if err != nil {
		w.Fatal(err)
	}
	return d
}

// await waits until deliveries are in a state.
func (w *world) await(state storage.State, ids ...storage.ID) {
	w.Helper()
	for _, id := range ids {
		var d storage.Delivery
		w.eventually(func() bool { d = w.delivery(id); return d.State == state }, func() string {
			return fmt.Sprintf("delivery %s is %s after %d attempts (%s), want %s", id, d.State, d.Attempts, d.Error, state)
		})
	}
}

func (w *world) eventually(ok func() bool, failure func() string) {
	w.Helper()
	storetest.Eventually(w, 30*time.Second, ok, failure)
}

// awaitRequests waits until the endpoint has got n requests.
func (w *world) awaitRequests(n int) {
	w.Helper()
	w.eventually(func() bool { return len(w.endpoint.requests()) >= n }, func() string {
		return fmt.Sprintf("%d of %d requests arrived", len(w.endpoint.requests()), n)
	})
}

// A request is a request that the endpoint got.
type request struct {
	path, delivery, attempt string
	at                      time.Time
}

// An endpoint records requests and answers them as configured.
type endpoint struct {
	*httptest.Server

	mu     sync.Mutex // guards the fields below
	answer http.HandlerFunc
	got    []request
	now    int // requests in flight
	most   int // at any time
}

func newEndpoint(t *testing.T) *endpoint {
	e := &endpoint{answer: func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusNoContent) }}
	e.Server = httptest.NewServer(e)
	t.Cleanup(e.Close)
	return e
}

func (e *endpoint) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // only then does the server notice that the client disconnects
	e.mu.Lock()
	e.got = append(e.got, request{r.URL.Path, r.Header.Get("Backchannel-Delivery"), r.Header.Get("Backchannel-Attempt"), time.Now()})
	e.now++
	e.most = max(e.most, e.now)
	answer := e.answer
	e.mu.Unlock()
	answer(rw, r)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.now--
}

// answers sets how the endpoint answers from now on.
func (e *endpoint) answers(with http.HandlerFunc) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.answer = with
}

func (e *endpoint) status(code int) {
	e.answers(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(code) })
}

// hold holds requests, all or only those with the given paths, until release is called or the client
// ends them.
func (e *endpoint) hold(at ...string) (release func()) {
	held := make(chan struct{})
	e.answers(func(rw http.ResponseWriter, r *http.Request) {
		if len(at) > 0 && !slices.Contains(at, r.URL.Path) {
			rw.WriteHeader(http.StatusNoContent)
			return
		}
		select {
		case <-held:
			rw.WriteHeader(http.StatusNoContent)
		case <-r.Context().Done():
		}
	})
	return sync.OnceFunc(func() { close(held) })
}

func (e *endpoint) requests() []request {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]request(nil), e.got...)
}

// concurrency returns how many requests are in flight now, and the maximum so far.
func (e *endpoint) concurrency() (now, most int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.now, e.most
}
