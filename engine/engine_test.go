package engine

import (
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"backchannel/storage"
	"backchannel/storage/storetest"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(victimFolder); dir != "" {
		fmt.Fprintln(os.Stderr, victim(dir))
		os.Exit(1)
	}
	code := m.Run()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// A world is a store, an engine that uses it, and an endpoint to which it delivers.
type world struct {
	t      *testing.T
	store  *memory
	engine *Engine
	server *httptest.Server
	stop   func()
}

// newWorld returns a world whose engine does not run yet.
func newWorld(t *testing.T, handler http.HandlerFunc, change ...func(*Config)) *world {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	cfg := Config{
		Version: "1.2.3",
		RootCAs: func() (*x509.CertPool, error) {
			pool := x509.NewCertPool()
			pool.AddCert(server.Certificate())
			return pool, nil
		},
	}
	for _, c := range change {
		c(&cfg)
	}
	store := newMemory(cfg.withDefaults().Now)
	return &world{t: t, store: store, engine: New(store, cfg), server: server, stop: func() {}}
}

func (w *world) run() *world {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.engine.Run(ctx) }()
	w.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			w.t.Errorf("run: %v", err)
		}
	})
	w.t.Cleanup(w.stop)
	return w
}

// webhook stores a webhook with the endpoint's URL.
func (w *world) webhook(change ...func(*storage.Webhook)) storage.Webhook {
	hook := storage.NewWebhook()
	hook.Name, hook.URL = "acme", w.server.URL+"/in?x=1"
	hook.Channels = []storage.Channel{storage.Email}
	hook.Delivery.Retry = []time.Duration{10 * time.Millisecond, 10 * time.Millisecond}
	for _, c := range change {
		c(&hook)
	}
	if err := w.store.CreateWebhook(w.t.Context(), &hook); err != nil {
		w.t.Fatal(err)
	}
	return hook
}

// fire enqueues an event for each payload.
func (w *world) fire(hook storage.Webhook, payloads ...string) (ids []storage.ID) {
	events := make([]storage.Event, len(payloads))
	for i, p := range payloads {
		events[i] = storage.Event{WebhookID: hook.ID, Payload: []byte(p)}
	}
	made, err := w.store.Enqueue(w.t.Context(), events...)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, d := range made {
		ids = append(ids, d.ID)
	}
	return ids
}

// do calls a method of the store for a delivery.
func (w *world) do(method func(context.Context, storage.ID) error, id storage.ID) {
	w.t.Helper()
	if err := method(w.t.Context(), id); err != nil {
		w.t.Fatal(err)
	}
}

// await waits until a delivery is in a state.
func (w *world) await(id storage.ID, state storage.State) storage.Delivery {
	w.t.Helper()
	eventually(w.t, func() bool { return w.store.delivery(id).State == state }, func() string {
		d := w.store.delivery(id)
		return fmt.Sprintf("delivery is %s (%s), want %s", d.State, d.Error, state)
	})
	return w.store.delivery(id)
}

func eventually(t *testing.T, ok func() bool, failure func() string) {
	t.Helper()
	storetest.Eventually(t, time.Minute, ok, failure) // long enough for a busy machine
}

func TestDelivery(t *testing.T) {
	got := make(chan *http.Request, 1)
	body := make(chan string, 1)
	w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got <- r
		body <- string(b)
		rw.Header().Set("X-Answer", "yes")
		rw.WriteHeader(http.StatusCreated)
		fmt.Fprint(rw, "thanks")
	}).run()
	id := w.fire(w.webhook(), `{"a":1}`)[0]
	d := w.await(id, storage.StateDelivered)
	r := <-got
	if r.Method != http.MethodPost || r.URL.RequestURI() != "/in?x=1" || <-body != `{"a":1}` {
		t.Errorf("got the request %s %s", r.Method, r.URL)
	}
	for name, want := range map[string]string{
		"Content-Type": "application/json", "User-Agent": "backchannel/1.2.3",
		"Backchannel-Delivery": id.String(), "Backchannel-Attempt": "1", "Accept-Encoding": "",
	} {
		if r.Header.Get(name) != want {
			t.Errorf("%s: got %q, want %q", name, r.Header.Get(name), want)
		}
	}
	if d.Attempts != 1 || d.Code != 201 || d.Latency() <= 0 {
		t.Errorf("got delivery %+v", d)
	}
	if a := w.store.log(id)[0]; string(a.ResponseBody) != "thanks" || a.Timings.Total <= 0 {
		t.Errorf("got attempt %+v", a)
	}
}

func TestDeliveryIsRetriedUntilItSucceeds(t *testing.T) {
	var mu sync.Mutex
	seen := []string{}
	w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, r.Header.Get("Backchannel-Attempt"))
		if len(seen) < 3 {
			rw.WriteHeader(http.StatusServiceUnavailable)
		}
	}).run()
	id := w.fire(w.webhook(), `{}`)[0]
	d := w.await(id, storage.StateDelivered)
	if d.Attempts != 3 || fmt.Sprint(seen) != "[1 2 3]" || len(w.store.log(id)) != 3 {
		t.Errorf("got %d attempts, requests %v", d.Attempts, seen)
	}
}

func TestDeliveryFailsAfterTheLastRetry(t *testing.T) {
	w := newWorld(t, func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusInternalServerError) }).run()
	id := w.fire(w.webhook(), `{}`)[0]
	if d := w.await(id, storage.Failed); d.Attempts != 3 || d.Error != "answered 500 Internal Server Error" {
		t.Errorf("got delivery %+v", d)
	}
}
