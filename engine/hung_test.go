package engine

import (
	"context"
	"errors"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"backchannel/engine/policy"
	"backchannel/storage"
)

// hang makes reading any file hang, as on a network file system whose server is down.
func (b *bench) hang() {
	b.cfg.Sources.ReadFile = func(ctx context.Context, _ string) ([]byte, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
}

// Attempts whose key cannot be read time out and are retried. Those that wait for the same key do so
// at the same time.
func TestHungKeyFileTimesOut(t *testing.T) {
	for name, adapt := range map[string]func(*bench){
		"JWT key": func(b *bench) {
			b.hook.Auth.Type, b.hook.Auth.JWT.Secret = storage.AuthJWT, "file:/key"
		},
		"header X-Key": func(b *bench) {
			b.hook.Headers = []storage.HeaderField{{Name: "X-Key", Value: "file:/key", Secret: true}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, "https://localhost:1/")
				b.hang()
				adapt(b)
				ep, err := b.endpoint()
				if err != nil {
					t.Fatal(err)
				}
				const attempts = 16
				results, began := make(chan Result, attempts), time.Now()
				for range attempts {
					go func() { results <- ep.attempt(t.Context(), &storage.Job{Payload: []byte("{}")}, time.Now()) }()
				}
				for range attempts {
					b.expect(<-results, policy.Retryable, storage.ClassTimeout, name+": ")
				}
				if took := time.Since(began); took != b.hook.Delivery.Timeout {
					t.Errorf("the attempts took %s, want %s", took, b.hook.Delivery.Timeout)
				}
			})
		})
	}
}

// Stopping the engine does not wait for the file.
func TestReadingAHungFileCanBeCancelled(t *testing.T) {
	for _, tls := range []storage.TLSOptions{{CAFile: "/ca"}, {CertFile: "/cert", KeyFile: "/key"}} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, "https://localhost:1/")
			b.hang()
			b.hook.Delivery.TLS = tls
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err := b.cfg.withDefaults().endpoints().newEndpoint(ctx, b.hook, "")
			r := newResult(&storage.Job{}, time.Now())
			r.notPrepared(err)
			b.expect(r, policy.Retryable, storage.ClassTimeout, "context deadline exceeded")
			cancelled, cancel := context.WithCancel(t.Context())
			cancel()
			_, err = b.cfg.withDefaults().endpoints().newEndpoint(cancelled, b.hook, "")
			r.notPrepared(err)
			b.expect(r, policy.Aborted, storage.ClassTransport, "cancelled while in flight")
		})
	}
}

// Other reasons why a file cannot be read can still be distinguished.
func TestSourceProblemKeepsItsCause(t *testing.T) {
	b := newBench(t, "https://localhost:1/")
	b.cfg.Sources.ReadFile = func(context.Context, string) ([]byte, error) { return nil, syscall.EMFILE }
	b.hook.Delivery.TLS.CAFile = "/ca"
	if _, err := b.endpoint(); !errors.Is(err, syscall.EMFILE) {
		t.Errorf("got %v, want %v", err, syscall.EMFILE)
	}
}
