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

// secret signs the tokens of every bench with HS256.
const secret = "bench-bench-bench-bench-bench-bench"

// A store is the part of a store that the benches need, on SQLite or PostgreSQL.
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

// A world is a store and an engine that works on it, in this process.
type world struct {
	store  store
	engine deliverer
	sink   *peer // of worldWithSink
	stop   func() error
}

// worldWithSink returns a world with a sink in a role, and events for a webhook that points to it.
func worldWithSink(ctx context.Context, s settings, role string) (*world, *events, error) {
	sink, err := startPeer(role, s.dir)
	if err != nil {
		return nil, nil, err
	}
	w, err := newWorld(ctx, s)
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

// eventsFor returns events for a webhook that points to the world's sink.
func (w *world) eventsFor(ctx context.Context, s settings) (*events, error) {
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

// newWorld returns a world whose engine is running.
func newWorld(ctx context.Context, s settings) (*world, error) {
	store, err := openStore(ctx, s.dir)
	if err != nil {
		return nil, err
	}
	w := &world{store: store}
	w.start(ctx, engine.New(store, engineConfig()))
	return w, nil
}

// engineConfig returns the configuration of an engine that trusts only the peers' certificates.
func engineConfig() engine.Config {
	return engine.Config{RootCAs: func() (*x509.CertPool, error) { return x509.NewCertPool(), nil }}
}

// start runs an engine until close is called.
func (w *world) start(ctx context.Context, e deliverer) {
	w.engine = e
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- w.engine.Run(ctx) }()
	w.stop = func() error { cancel(); return <-ended }
}

// close ends the engine, the store and the sink.
func (w *world) close() {
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

// An events creates bounces for a webhook, each with its own requestId.
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

// next creates an event.
func (e *events) next() (storage.Event, error) {
	values, err := e.builder.Values(e.webhook, storage.Email, "")
	if err != nil {
		return storage.Event{}, err
	}
	event, err := e.fixture.Build(e.webhook.Revision, values)
	event.WebhookID = e.webhook.ID
	return event, err
}

// some creates n events.
func (e *events) some(n int) ([]storage.Event, error) {
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
