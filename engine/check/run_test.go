package check_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"backchannel/engine"
	"backchannel/engine/check"
	"backchannel/storage"
	"backchannel/storage/sqlite"
	"backchannel/storage/storetest"
	"backchannel/storage/token"
)

// A bench checks an endpoint with a store of its own.
type bench struct {
	*testing.T
	store  *sqlite.Store
	hook   storage.Webhook
	config check.Config
}

var secret = storage.Secret(strings.Repeat("k", 64))

// rsaKey is the key of the reference endpoint, shared because generating one takes long.
var rsaKey = sync.OnceValues(newRSAPEM)

// closing counts the servers that are being closed. net/http takes half a second to close a
// connection whose request was not read, which no test needs to wait for.
var closing sync.WaitGroup

func TestMain(m *testing.M) {
	code := m.Run()
	closing.Wait()
	os.Exit(code)
}

func newBench(t *testing.T, change func(*storage.Webhook)) *bench {
	t.Helper()
	w := storage.NewWebhook()
	w.ID, w.Name, w.Channels = 7, "acme", storage.Channels()
	w.URL = "https://placeholder.test/"
	w.Auth.Type, w.Auth.JWT.Secret = storage.AuthJWT, secret
	w.Headers = []storage.HeaderField{{Name: "X-Tenant", Value: "blue"}, {Name: "X-Key", Value: "a-secret-value-of-a-header", Secret: true}}
	w.Delivery.Timeout = 10 * time.Second // also on a busy machine
	if change != nil {
		change(&w)
	}
	w.Normalize()
	b := &bench{T: t, hook: w}
	b.config = check.Config{Engine: engine.Config{RootCAs: func() (*x509.CertPool, error) { return x509.NewCertPool(), nil }}}
	return b
}

// open opens a store that has the webhook.
func (b *bench) open() *sqlite.Store {
	b.Helper()
	store, err := sqlite.Open(b.Context(), sqlite.Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = store.Close() })
	w := b.hook
	if w.ID = 0; strings.HasPrefix(w.URL, "http://") {
		w.URL = "https://placeholder.test/"
	}
	if err := store.CreateWebhook(b.Context(), &w); err != nil {
		b.Fatal(err)
	}
	b.store, b.hook.ID = store, w.ID
	return store
}

// reference returns a correct endpoint for the webhook.
func (b *bench) reference() *reference {
	spec := b.hook.TokenSpec("")
	spec.Audience = []string{"127.0.0.1"}
	key, err := token.ParseKey(spec.Algorithm, []byte(b.hook.Auth.JWT.Secret.Reveal()))
	if err != nil {
		b.Fatal(err)
	}
	return &reference{spec: spec, key: key, now: time.Now, hang: make(chan struct{})}
}

// pointTo points the webhook at a server and trusts its certificate.
func (b *bench) pointTo(s *httptest.Server) {
	b.Helper()
	b.Cleanup(func() { closing.Go(s.Close) })
	b.hook.URL = s.URL
	if s.Certificate() != nil {
		roots := x509.NewCertPool()
		roots.AddCert(s.Certificate())
		b.config.Engine.RootCAs = func() (*x509.CertPool, error) { return roots, nil }
	}
}

// runStored makes a run with a SQLite store and returns the run as it is stored.
func (b *bench) runStored(ctx context.Context, o storage.CheckOptions) storage.CheckRun {
	b.Helper()
	b.open()
	run := storage.CheckRun{WebhookID: b.hook.ID, Options: o}
	if err := b.store.RequestCheck(b.Context(), &run); err != nil {
		b.Fatal(err)
	}
	if err := check.Run(ctx, b.config, b.store, run, b.hook); err != nil {
		b.Fatal(err)
	}
	run, err := b.store.CheckRun(b.Context(), run.ID)
	if err != nil {
		b.Fatal(err)
	}
	return run
}

// withResult lists the cases with one of the results, as IDs and as "id result: got".
func withResult(r storage.CheckRun, results ...storage.CheckResult) (ids, described []string) {
	for _, c := range r.Cases {
		if slices.Contains(results, c.Result) {
			ids = append(ids, c.ID)
			described = append(described, c.ID+" "+string(c.Result)+": "+c.Got)
		}
	}
	return ids, described
}

// quick returns options for a run at the highest rate.
func quick(skip ...string) storage.CheckOptions {
	return storage.CheckOptions{Skip: skip, PerSecond: storage.MaxCheckRate}
}

// A correct endpoint passes every case, whatever the algorithm and the payload revision.
func TestCorrectEndpointPassesEveryCase(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*storage.Webhook){
		"HS256": func(*storage.Webhook) {},
		"RS256": func(w *storage.Webhook) {
			w.Auth.JWT.Algorithm, w.Auth.JWT.Secret = "RS256", storage.Secret(storetest.Must(rsaKey()))
		},
		"2026-10, SMS": func(w *storage.Webhook) {
			w.Revision, w.Channels = storage.Revision202610, []storage.Channel{storage.SMS}
		},
		"a header of its own":            func(w *storage.Webhook) { w.Auth.JWT.Header, w.Auth.JWT.Prefix = "X-Token", "" },
		"neither JWT nor custom headers": func(w *storage.Webhook) { w.Auth.Type, w.Headers = storage.AuthNone, nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, change)
			r := &reference{}
			if b.hook.Auth.Type == storage.AuthJWT {
				r = b.reference()
			}
			b.pointTo(serve(r, &tls.Config{}))
			run := b.runStored(t.Context(), quick("load", "slow"))
			if run.State != storage.CheckFinished {
				t.Errorf("got run %s: %s", run.State, run.Reason)
			}
			if _, described := withResult(run, storage.CheckFailed, storage.CheckWarned, ""); len(described) > 0 {
				t.Errorf("a correct endpoint did not pass:\n%s", strings.Join(described, "\n"))
			}
		})
	}
}
