package main

import (
	"context"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"backchannel/engine"
	"backchannel/fixtures"
	"backchannel/storage"
	"backchannel/storage/sqlite"
	"backchannel/storage/token"
)

// secret signs the tokens of every benchmark, with HS256.
const secret = "bench-bench-bench-bench-bench-bench"

// A store is the part of a store, on SQLite or PostgreSQL, that the benchmarks use.
type store interface {
	CreateWebhook(ctx context.Context, w *storage.Webhook) error
	UpdateWebhook(ctx context.Context, w *storage.Webhook) error
	SetWebhookState(ctx context.Context, id storage.ID, state storage.WebhookState, reason string) error
	Enqueue(ctx context.Context, events ...storage.Event) ([]storage.Delivery, error)
	Due(ctx context.Context, q storage.DueQuery) ([]storage.Job, error)
	Deliveries(ctx context.Context, q storage.DeliveryQuery) ([]storage.Delivery, error)
	Counts(ctx context.Context) (storage.Counts, error)
	Close() error
}

// A deliverer is an engine: engine.Engine or river.Engine.
type deliverer interface {
	Run(ctx context.Context) error
	Snapshot() storage.Snapshot
}

// A harness is a store and an engine on it, in this process.
type harness struct {
	store  store
	engine deliverer
	sink   *peer // nil: none
	stop   func() error
}

// newHarnessWithSink returns a harness with a sink in a role, and events for a webhook that points to the
// sink.
func newHarnessWithSink(ctx context.Context, s settings, role string) (*harness, *events, error) {
	sink, err := startPeer(role, s.dir)
	if err != nil {
		return nil, nil, err
	}
	w, err := newHarness(ctx, s)
	if err != nil {
		sink.stop()
		return nil, nil, err
	}
	w.sink = sink
	source, err := w.eventsFor(ctx, s)
	if err != nil {
		w.close()
	}
	return w, source, err
}

// eventsFor creates a webhook that points to the harness's sink, and returns events for it.
func (w *harness) eventsFor(ctx context.Context, s settings) (*events, error) {
	hook, err := targetPeer(ctx, w.store, "bench", w.sink, s.workers)
	if err != nil {
		return nil, err
	}
	return newEvents(hook)
}

// openStore opens a new store, which waits for the disk at each commit.
func openStore(ctx context.Context, parent string) (*sqlite.Store, error) {
	dir, err := os.MkdirTemp(parent, "data-")
	if err != nil {
		return nil, err
	}
	rules := storage.Rules{AllowHTTP: true, Sources: storage.SystemSources(), FailureCodes: fixtures.FailureCodes}
	return sqlite.Open(ctx, sqlite.Options{Dir: dir, Rules: rules})
}

// newHarness returns a harness whose engine is running.
func newHarness(ctx context.Context, s settings) (*harness, error) {
	store, err := openStore(ctx, s.dir)
	if err != nil {
		return nil, err
	}
	w := &harness{store: store}
	w.start(ctx, engine.New(store, engineConfig()))
	return w, nil
}

// engineConfig returns the configuration of an engine that trusts only the peers' certificates.
func engineConfig() engine.Config {
	return engine.Config{RootCAs: func() (*x509.CertPool, error) { return x509.NewCertPool(), nil }}
}

// start runs an engine until close is called.
func (w *harness) start(ctx context.Context, e deliverer) {
	w.engine = e
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- w.engine.Run(ctx) }()
	w.stop = func() error { cancel(); return <-ended }
}

// close ends the engine, the store and the sink.
func (w *harness) close() {
	if err := w.stop(); err != nil {
		fmt.Fprintln(os.Stderr, "bench: engine:", err)
	}
	if err := w.store.Close(); err != nil {
		fmt.Fprintln(os.Stderr, "bench: store:", err)
	}
	if w.sink != nil {
		w.sink.stop()
	}
}

// targetPeer creates a webhook whose endpoint is the peer.
func targetPeer(ctx context.Context, store store, name string, p *peer, concurrency int) (storage.Webhook, error) {
	w := storage.NewWebhook()
	w.Name, w.Sandbox.Name = name, name
	w.Channels = storage.Channels()
	w.URL = p.url + "/feedback/bench"
	w.Auth.Type = storage.AuthJWT
	w.Auth.JWT.Secret = secret
	w.Delivery.Concurrency = concurrency
	w.Delivery.TLS.CAFile = p.caFile
	return w, store.CreateWebhook(ctx, &w)
}

// An events builds bounces for a webhook, each with its own requestId.
type events struct {
	webhook storage.Webhook
	fixture fixtures.Fixture
	builder fixtures.Builder
}

// newEvents returns the events of a webhook.
func newEvents(w storage.Webhook) (*events, error) {
	fixture, err := fixtures.Find(storage.Email, storage.StatusBounce, "")
	return &events{webhook: w, fixture: fixture}, err
}

func (e *events) next() (storage.Event, error) {
	values, err := e.builder.Values(e.webhook, storage.Email, "")
	if err != nil {
		return storage.Event{}, err
	}
	event, err := e.fixture.Build(e.webhook.Revision, values)
	event.WebhookID = e.webhook.ID
	return event, err
}

func (e *events) batch(n int) ([]storage.Event, error) {
	all := make([]storage.Event, n)
	for i := range all {
		var err error
		if all[i], err = e.next(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// sample returns the body and the header lines of a delivery of the webhook, for raw POSTs.
func (e *events) sample() ([]byte, http.Header, error) {
	event, err := e.next()
	if err != nil {
		return nil, nil, err
	}
	authorization, err := authorize(e.webhook)
	return event.Payload, http.Header{
		"Authorization":        {authorization},
		"Content-Type":         {"application/json"},
		"User-Agent":           {"backchannel/dev"},
		"Backchannel-Delivery": {storage.ID(time.Now().UnixMicro()).String()},
		"Backchannel-Attempt":  {"1"},
	}, err
}

// authorize returns the value of an Authorization header with a token of the webhook.
func authorize(w storage.Webhook) (string, error) {
	key, err := token.ParseKey(w.Auth.JWT.Algorithm, []byte(secret))
	if err != nil {
		return "", err
	}
	minter, err := token.NewMinter(w.TokenSpec(strings.TrimSuffix(w.URL, "/")), key)
	if err != nil {
		return "", err
	}
	return minter.HeaderValue(time.Now())
}
