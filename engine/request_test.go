package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"backchannel/engine/policy"
	"backchannel/storage"
)

const key = "0123456789abcdef0123456789abcdef"

func (b *bench) useJWT(secret storage.Secret) *bench {
	b.hook.Auth = storage.Auth{Type: storage.AuthJWT, JWT: storage.DefaultJWT()}
	b.hook.Auth.JWT.Secret = secret
	return b
}

func field(fields []storage.HeaderField, name string) storage.HeaderField {
	for _, f := range fields {
		if strings.EqualFold(f.Name, name) {
			return f
		}
	}
	return storage.HeaderField{}
}

func TestRecordedHeadersAreThoseSent(t *testing.T) {
	for _, http2 := range []bool{false, true} {
		t.Run(fmt.Sprintf("HTTP/2 %t", http2), func(t *testing.T) {
			got := make(chan *http.Request, 1)
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got <- r }))
			s.EnableHTTP2 = http2
			s.StartTLS()
			t.Cleanup(s.Close)
			b := newBench(t, s.URL+"/in").trust(s).useJWT(key)
			b.env["TOKEN"] = "hush"
			b.hook.Headers = []storage.HeaderField{
				{Name: "x-plain", Value: "open"}, {Name: "X-Key", Value: "env:TOKEN", Secret: true},
			}
			r := b.try(storage.Job{DeliveryID: 5, Attempts: 2})
			b.expect(r, policy.Succeeded, "", "")
			req := <-got
			if (req.ProtoMajor == 2) != http2 {
				t.Fatalf("got a request over %s", req.Proto)
			}
			for name, secret := range map[string]bool{
				"X-Plain": false, "X-Key": true, "Authorization": true, "Content-Type": false, "User-Agent": false,
				"Content-Length": false, "Backchannel-Attempt": false, "Backchannel-Delivery": false,
			} {
				f := field(r.Attempt.RequestHeaders, name)
				if want := req.Header.Get(name); f.Value != want || want == "" || f.Secret != secret {
					t.Errorf("%s: got %+v recorded, %q sent", name, f, want)
				}
			}
			if len(req.Header) != 8 {
				t.Errorf("got the header %v", req.Header)
			}
			if req.Header.Get("Backchannel-Attempt") != "3" || req.Header.Get("X-Key") != "hush" {
				t.Errorf("got the header %v", req.Header)
			}
			if tm := r.Attempt.Timings; tm.TLS <= 0 || tm.Connect <= 0 || tm.FirstByte <= 0 || tm.Total < tm.TLS+tm.Connect+tm.FirstByte {
				t.Errorf("got the timings %+v", tm)
			}
		})
	}
}

func TestEachAttemptHasAFreshToken(t *testing.T) {
	var tokens []string
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		tokens = append(tokens, r.Header.Get("Authorization"))
	}))
	t.Cleanup(s.Close)
	b := newBench(t, s.URL).useJWT("env:KEY")
	b.env["KEY"] = key
	ep, err := b.endpoint()
	if err != nil {
		t.Fatal(err)
	}
	job := &storage.Job{Payload: []byte("{}")}
	try := func() Result { return ep.attempt(context.Background(), job, time.Now()) }
	b.expect(try(), policy.Succeeded, "", "")
	first := ep.signer.minter
	b.expect(try(), policy.Succeeded, "", "")
	if ep.signer.minter != first {
		t.Error("the key was parsed twice")
	}
	b.env["KEY"] = "another key " + key
	b.expect(try(), policy.Succeeded, "", "")
	if ep.signer.minter == first {
		t.Error("the changed key was not used")
	}
	delete(b.env, "KEY")
	b.expect(try(), policy.Permanent, storage.ClassSecret, "environment variable KEY is not set")
	b.env["KEY"] = "short"
	b.expect(try(), policy.Permanent, storage.ClassConfig, "5 bytes")
	if len(tokens) != 3 || tokens[0] == tokens[1] || !strings.HasPrefix(tokens[0], "Bearer ey") {
		t.Errorf("got the tokens %q, want 3 different ones", tokens)
	}
}

func TestSecretHeaders(t *testing.T) {
	b := newBench(t, "http://127.0.0.1:1")
	b.hook.Headers = []storage.HeaderField{{Name: "X-Key", Value: "file:/key", Secret: true}}
	b.expect(b.try(storage.Job{}), policy.Permanent, storage.ClassSecret, "header X-Key: secret missing: there is no file /key")
	b.files["/key"] = "two\nlines"
	r := b.try(storage.Job{})
	b.expect(r, policy.Permanent, storage.ClassSecret, "header X-Key: the secret contains a character that cannot be sent")
	if strings.Contains(r.Attempt.Error, "lines") {
		t.Error("the error reveals the secret")
	}
}

func TestMisbehaviours(t *testing.T) {
	type seen struct {
		auth, body string
		cut        bool
	}
	got := make(chan seen, 1)
	s := httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		got <- seen{r.Header.Get("Authorization"), string(body), errors.Is(err, io.ErrUnexpectedEOF)}
		if err != nil {
			rw.WriteHeader(http.StatusBadRequest)
		}
	}))
	t.Cleanup(s.Close)
	b := newBench(t, s.URL).trust(s).useJWT(key)
	const payload = `{"messageExecutionID":"HUMA-1"}`
	for _, m := range storage.Misbehaviours()[:8] {
		t.Run(string(m), func(t *testing.T) {
			r := b.try(storage.Job{Misbehave: m, Payload: []byte(payload)})
			arrived := <-got
			if (arrived.auth == "") != (m == storage.MisbehaveMissingAuth) {
				t.Errorf("got Authorization %q", arrived.auth)
			}
			switch m {
			case storage.MisbehaveAlgNone:
				if !strings.HasSuffix(arrived.auth, ".") {
					t.Errorf("got Authorization %q", arrived.auth)
				}
			case storage.MisbehaveTamperedBody:
				if arrived.body != `{"messageExecutionID":"HUMA-2"}` {
					t.Errorf("got the body %s", arrived.body)
				}
			case storage.MisbehaveTruncated:
				if !arrived.cut || arrived.body != payload[:len(payload)/2] || r.Attempt.Code != 400 {
					t.Errorf("got %+v, answered %d; want half the body and 400", arrived, r.Attempt.Code)
				}
				if f := field(r.Attempt.RequestHeaders, "Content-Length"); f.Value != fmt.Sprint(len(payload)) {
					t.Errorf("got the recorded header %+v", r.Attempt.RequestHeaders)
				}
			default:
				if arrived.body != payload || arrived.cut {
					t.Errorf("got the body %s", arrived.body)
				}
			}
		})
	}
}
