package receiver

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"backchannel/fixtures"
	"backchannel/storage"
	"backchannel/storage/sqlite"
	"backchannel/storage/sqlite/sqlitetest"
	"backchannel/storage/storetest"
	"backchannel/storage/token"
)

const testSecret = "a secret of at least thirty-two bytes"

// A rig is a receiver that serves HTTPS and uses a real store.
type rig struct {
	*Receiver
	t      testing.TB
	store  *sqlite.Store
	client *http.Client
	ca     *CA
	stop   func() // ends Serve and waits for it
}

// newRig starts a receiver. change may alter its configuration and its store.
func newRig(t testing.TB, change func(*Config, *Store)) *rig {
	t.Helper()
	return newRigOn(t, sqlitetest.Open(t, sqlite.Options{}), change)
}

// newRigOn starts a receiver with a store that the test closes.
func newRigOn(t testing.TB, db *sqlite.Store, change func(*Config, *Store)) *rig {
	t.Helper()
	g := &rig{t: t, store: db, ca: newTestCA(t)}
	cfg, store := Config{Listen: "127.0.0.1:0", CA: g.ca, Drain: 5 * time.Second}, Store(db)
	if change != nil {
		change(&cfg, &store)
	}
	made, err := New(store, cfg)
	if err != nil {
		t.Fatal(err)
	}
	g.Receiver = made
	if err := g.Listen(); err != nil {
		t.Fatal(err)
	}
	g.client = g.newClient(false)
	g.serve()
	return g
}

func (g *rig) serve() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- g.Serve(ctx) }()
	stopped := false
	g.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			g.t.Errorf("serve: %v", err)
		}
	}
	g.t.Cleanup(func() {
		g.client.CloseIdleConnections()
		g.stop()
	})
}

func (g *rig) tlsConfig() *tls.Config { return &tls.Config{RootCAs: g.ca.Pool()} }

func (g *rig) newClient(http2 bool) *http.Client {
	transport := &http.Transport{TLSClientConfig: g.tlsConfig(), ForceAttemptHTTP2: http2, MaxIdleConnsPerHost: 128}
	return &http.Client{
		Transport:     transport,
		Timeout:       20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// webhook creates a webhook, which change may alter.
func (g *rig) webhook(change func(*storage.Webhook)) *storage.Webhook {
	g.t.Helper()
	w := storage.NewWebhook()
	w.Name, w.Channels = "acme", storage.Channels()
	if change != nil {
		change(&w)
	}
	if err := g.store.CreateWebhook(g.t.Context(), &w); err != nil {
		g.t.Fatal(err)
	}
	return &w
}

func withJWT(w *storage.Webhook) {
	w.Auth.Type = storage.AuthJWT
	w.Auth.JWT.Secret = testSecret
}

func (g *rig) minter(w *storage.Webhook) *token.Minter {
	g.t.Helper()
	key, err := token.ParseKey(w.Auth.JWT.Algorithm, []byte(testSecret))
	if err != nil {
		g.t.Fatal(err)
	}
	minter, err := token.NewMinter(w.TokenSpec(g.URL()), key)
	if err != nil {
		g.t.Fatal(err)
	}
	return minter
}

func (g *rig) authorization(w *storage.Webhook) string {
	g.t.Helper()
	value, err := g.minter(w).HeaderValue(time.Now())
	if err != nil {
		g.t.Fatal(err)
	}
	return value
}

// event returns the payload of an event of a new message.
func event(t testing.TB, w *storage.Webhook, status storage.Status) []byte {
	t.Helper()
	f, err := fixtures.Find(storage.Email, status, "")
	if err != nil {
		t.Fatal(err)
	}
	values, err := fixtures.Builder{}.Values(*w, storage.Email, "")
	if err != nil {
		t.Fatal(err)
	}
	made, err := f.Build(w.Revision, values)
	if err != nil {
		t.Fatal(err)
	}
	return made.Payload
}

// sample returns Adobe's sample event.
func sample(t testing.TB) []byte {
	t.Helper()
	text, err := os.ReadFile("../fixtures/testdata/email-bounce.classic.json")
	if err != nil {
		t.Fatal(err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, text); err != nil {
		t.Fatal(err)
	}
	return compact.Bytes()
}

// A reply is an answer whose body was read.
type reply struct {
	*http.Response
	body string
}

func (r reply) problem(t testing.TB) (p problem) {
	t.Helper()
	if got := r.Header.Get("Content-Type"); got != problemType {
		t.Errorf("Content-Type %q, want %q", got, problemType)
	}
	if err := json.Unmarshal([]byte(r.body), &p); err != nil {
		t.Errorf("the body is not a problem: %v\n%s", err, r.body)
	}
	return p
}

// do sends a request. headers alternates names and values.
func (g *rig) do(method, path string, body io.Reader, headers ...string) (reply, error) {
	g.t.Helper()
	req, err := http.NewRequestWithContext(g.t.Context(), method, g.URL()+path, body)
	if err != nil {
		g.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	response, err := g.client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	return reply{response, string(text)}, err
}

// post sends a body to a webhook and returns the answer and the receipt.
func (g *rig) post(w *storage.Webhook, body []byte, headers ...string) (reply, storage.Receipt) {
	g.t.Helper()
	answer, err := g.do(http.MethodPost, w.FeedbackPath(), bytes.NewReader(body), headers...)
	if err != nil {
		g.t.Fatal(err)
	}
	return answer, g.latest()
}

// latest returns the newest receipt.
func (g *rig) latest() storage.Receipt {
	g.t.Helper()
	all := g.receipts()
	if len(all) == 0 {
		g.t.Fatal("there is no receipt")
	}
	return all[len(all)-1]
}

// receipts returns every receipt, oldest first.
func (g *rig) receipts() []storage.Receipt {
	g.t.Helper()
	list, err := g.store.Receipts(g.t.Context(), storage.ReceiptQuery{OldestFirst: true})
	if err != nil {
		g.t.Fatal(err)
	}
	for i := range list {
		if list[i], err = g.store.Receipt(g.t.Context(), list[i].ID); err != nil {
			g.t.Fatal(err)
		}
	}
	return list
}

// finished waits until the outcome of the newest answer is known.
func (g *rig) finished() storage.Receipt {
	g.t.Helper()
	var last storage.Receipt
	g.eventually("the receipt is finished", func() bool {
		last = g.latest()
		return last.Outcome != ""
	})
	return last
}

func (g *rig) eventually(what string, condition func() bool) {
	g.t.Helper()
	storetest.Eventually(g.t, 10*time.Second, condition, func() string { return "not within 10 s: " + what })
}

func (g *rig) setProfile(w *storage.Webhook, p storage.Profile) {
	g.t.Helper()
	if err := g.store.SetProfile(g.t.Context(), w.ID, p); err != nil {
		g.t.Fatal(err)
	}
}

func wantVerdict(t testing.TB, name string, got storage.Verdict, result storage.Result, reason string) {
	t.Helper()
	if got.Result != result || !strings.Contains(got.Reason, reason) {
		t.Errorf("%s: got %q: %s\nwant %q with %q", name, got.Result, got.Reason, result, reason)
	}
}

func wantHeader(t testing.TB, header http.Header, name, value string) {
	t.Helper()
	if got := header.Get(name); got != value {
		t.Errorf("%s: got %q, want %q", name, got, value)
	}
}

// A brokenStore fails with the error that fail returns, if any.
type brokenStore struct {
	Store
	fail func() error
}

func (b brokenStore) AddReceipt(ctx context.Context, r *storage.Receipt, judge func([]storage.Earlier)) error {
	if err := b.fail(); err != nil {
		return err
	}
	return b.Store.AddReceipt(ctx, r, judge)
}

func (b brokenStore) AddExecution(ctx context.Context, e *storage.Execution, decide func(storage.Precedent) []storage.PlannedMessage) error {
	if err := b.fail(); err != nil {
		return err
	}
	return b.Store.AddExecution(ctx, e, decide)
}

func (b brokenStore) SentDigest(ctx context.Context, delivery storage.ID) (string, storage.ID, bool, error) {
	if err := b.fail(); err != nil {
		return "", 0, false, err
	}
	return b.Store.SentDigest(ctx, delivery)
}

var errDisk = errors.New("disk I/O error")
