package engine

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"backchannel/engine/policy"
	"backchannel/storage"
)

// A bench makes single attempts with a webhook.
type bench struct {
	t     *testing.T
	hook  storage.Webhook
	cfg   Config
	files map[string]string
	env   map[string]string
}

func newBench(t *testing.T, url string) *bench {
	b := &bench{t: t, hook: storage.NewWebhook(), files: map[string]string{}, env: map[string]string{}}
	b.hook.ID, b.hook.Version, b.hook.Name, b.hook.URL = 1, 1, "acme", url
	b.hook.Delivery.Timeout = 5 * time.Second
	b.cfg = Config{
		RootCAs: func() (*x509.CertPool, error) { return x509.NewCertPool(), nil },
		Sources: storage.Sources{
			Env: func(name string) (string, bool) { v, ok := b.env[name]; return v, ok },
			ReadFile: func(_ context.Context, path string) ([]byte, error) {
				if text, ok := b.files[path]; ok {
					return []byte(text), nil
				}
				return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
			},
		},
	}
	return b
}

func (b *bench) trust(s *httptest.Server) *bench {
	b.files["/ca.pem"] = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}))
	b.hook.Delivery.TLS.CAFile = "/ca.pem"
	return b
}

func (b *bench) endpoint() (*endpoint, error) {
	o := b.cfg.withDefaults().endpoints()
	url, err := o.receiverURL(&b.hook)
	if err != nil {
		return nil, err
	}
	ep, err := o.newEndpoint(b.t.Context(), b.hook, url)
	if err == nil {
		b.t.Cleanup(ep.retire)
	}
	return ep, err
}

// attempt tries once to deliver the job.
func (ep *endpoint) attempt(ctx context.Context, job *storage.Job, now time.Time) Result {
	return ep.vary(ctx, job, Variation{}, now)
}

func (b *bench) try(job storage.Job) Result {
	b.t.Helper()
	if job.Payload == nil {
		job.Payload = []byte(`{"messageExecutionID":"HUMA-1"}`)
	}
	ep, err := b.endpoint()
	if err != nil {
		r := newResult(&job, time.Now())
		r.fail(err, starting)
		return r
	}
	return ep.attempt(context.Background(), &job, time.Now())
}

func (b *bench) expect(r Result, outcome policy.Class, class storage.ErrorClass, text string) {
	b.t.Helper()
	if r.Class != outcome || r.Attempt.ErrorClass != class || !strings.Contains(r.Attempt.Error, text) {
		b.t.Errorf("got outcome %d, class %q, error %q; want %d, %q, %q",
			r.Class, r.Attempt.ErrorClass, r.Attempt.Error, outcome, class, text)
	}
}

// rawServer serves each connection with a function.
func rawServer(t *testing.T, serve func(net.Conn)) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				serve(c)
				_ = c.Close()
			}()
		}
	}()
	return "http://" + l.Addr().String()
}

func readRequest(c net.Conn) {
	req, err := http.ReadRequest(bufio.NewReader(c))
	if err == nil {
		_, _ = io.Copy(io.Discard, req.Body)
	}
}

func TestBrokenEndpoints(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\n"
	for _, c := range []struct {
		name    string
		serve   func(net.Conn)
		outcome policy.Class
		class   storage.ErrorClass
		word    storage.NoAnswer
		text    string
	}{
		{"resets", func(c net.Conn) { readRequest(c); _ = c.(*net.TCPConn).SetLinger(0) }, policy.Retryable, storage.ClassTransport, storage.NoAnswerClosed, "reset"},
		{"hangs up", readRequest, policy.Retryable, storage.ClassTransport, storage.NoAnswerClosed, "closed without an answer"},
		{"sends garbage", func(c net.Conn) { readRequest(c); fmt.Fprint(c, "\x00\xffgarbage\r\n\r\n") }, policy.Permanent, storage.ClassTransport, storage.NoAnswerBroken, "does not speak HTTP/1.1: it answered \"\\x00\\xffgarbage\""},
		{"violates HTTP", func(c net.Conn) { readRequest(c); fmt.Fprint(c, ok+"no colon\r\n\r\n") }, policy.Permanent, storage.ClassTransport, storage.NoAnswerBroken, `violates HTTP/1.1 (RFC 9112): malformed header line: missing colon: "no colon"; its operator must`},
		{"has no status", func(c net.Conn) { readRequest(c); fmt.Fprint(c, "HTTP/1.1 OK\r\n\r\n") }, policy.Permanent, storage.ClassTransport, storage.NoAnswerBroken, `violates HTTP/1.1 (RFC 9112): malformed HTTP status code "OK"`},
		{"gives two lengths", func(c net.Conn) {
			readRequest(c)
			fmt.Fprint(c, ok+"Content-Length: 1\r\nContent-Length: 2\r\n\r\na")
		}, policy.Permanent, storage.ClassTransport, storage.NoAnswerBroken, "violates HTTP/1.1 (RFC 9112): "},
		{"closes in the status line", func(c net.Conn) { readRequest(c); fmt.Fprint(c, "HTTP/1.1 2") }, policy.Retryable, storage.ClassTransport, storage.NoAnswerClosed, "closed without an answer"},
		{"closes in a header line", func(c net.Conn) { readRequest(c); fmt.Fprint(c, ok+"Conten") }, policy.Retryable, storage.ClassTransport, storage.NoAnswerClosed, "closed without an answer"},
		{"closes after a header line", func(c net.Conn) { readRequest(c); fmt.Fprint(c, ok+"Content-Length: 1\r\n") }, policy.Retryable, storage.ClassTransport, storage.NoAnswerClosed, "closed without an answer"},
		{"sends an endless header", func(c net.Conn) {
			readRequest(c)
			fmt.Fprint(c, ok)
			for i := 0; ; i++ {
				if _, err := fmt.Fprintf(c, "X-%d: %s\r\n", i, strings.Repeat("x", 1000)); err != nil {
					return
				}
			}
		}, policy.Retryable, storage.ClassTransport, storage.NoAnswerBroken, "exceeded"},
		{"truncates its body", func(c net.Conn) { readRequest(c); fmt.Fprint(c, ok+"Content-Length: 10\r\n\r\nabc") }, policy.Succeeded, "", "", ""},
		{"answers early", func(c net.Conn) { _, _ = c.Read(make([]byte, 1)); fmt.Fprint(c, ok+"Content-Length: 0\r\n\r\n") }, policy.Succeeded, "", "", ""},
		{"sends an interim answer first", func(c net.Conn) {
			readRequest(c)
			fmt.Fprint(c, "HTTP/1.1 102 Processing\r\n\r\n"+ok+"Content-Length: 0\r\n\r\n")
		}, policy.Succeeded, "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, rawServer(t, c.serve))
			r := b.try(storage.Job{})
			b.expect(r, c.outcome, c.class, c.text)
			if r.Attempt.NoAnswer != c.word {
				t.Errorf("%s: got the word %q, want %q", r.Attempt.Error, r.Attempt.NoAnswer, c.word)
			}
		})
	}
}

func TestSlowEndpoints(t *testing.T) {
	t.Parallel()
	const ok = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
	for _, c := range []struct {
		name    string
		serve   func(net.Conn)
		outcome policy.Class
		class   storage.ErrorClass
		text    string
	}{
		{"hangs", func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }, policy.Retryable, storage.ClassTimeout, "no answer within 100ms (waiting for the answer)"},
		{"drips its header", func(c net.Conn) {
			readRequest(c)
			for _, err := fmt.Fprint(c, "HTTP/1.1 200 OK\r\n"); err == nil; _, err = fmt.Fprint(c, "X: y\r\n") {
				time.Sleep(10 * time.Millisecond)
			}
		}, policy.Retryable, storage.ClassTimeout, "no answer within 100ms"},
		{"drips its body", func(c net.Conn) {
			readRequest(c)
			for _, err := fmt.Fprint(c, ok); err == nil; _, err = fmt.Fprint(c, "x") {
				time.Sleep(10 * time.Millisecond)
			}
		}, policy.Succeeded, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, rawServer(t, c.serve))
			b.hook.Delivery.Timeout = 100 * time.Millisecond
			began := time.Now()
			b.expect(b.try(storage.Job{}), c.outcome, c.class, c.text)
			if took := time.Since(began); took > 2*time.Second {
				t.Errorf("the attempt took %s, with a timeout of 100ms", took)
			}
		})
	}
}

func TestEndlessBodyIsNotRead(t *testing.T) {
	sent := make(chan int64, 1)
	b := newBench(t, rawServer(t, func(c net.Conn) {
		readRequest(c)
		fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", int64(10)<<30)
		n, _ := io.Copy(c, io.LimitReader(zeros{}, 10<<30))
		sent <- n
	}))
	r := b.try(storage.Job{})
	b.expect(r, policy.Succeeded, "", "")
	if len(r.Attempt.ResponseBody) != maxResponseBody {
		t.Errorf("kept %d bytes of the body, want %d", len(r.Attempt.ResponseBody), maxResponseBody)
	}
	if n := <-sent; n > 64<<20 {
		t.Errorf("the endpoint could send %d bytes, want at most 64 MiB", n)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestConnectionsAreReused(t *testing.T) {
	for name, answer := range map[string]string{"no body": "", "a body of 16 KiB": strings.Repeat("x", maxResponseBody)} {
		t.Run(name, func(t *testing.T) {
			remotes := map[string]bool{}
			s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				remotes[r.RemoteAddr] = true
				_, _ = io.WriteString(rw, answer)
			}))
			t.Cleanup(s.Close)
			ep, err := newBench(t, s.URL).endpoint()
			if err != nil {
				t.Fatal(err)
			}
			for range 5 {
				if r := ep.attempt(context.Background(), &storage.Job{Payload: []byte("{}")}, time.Now()); len(r.Attempt.ResponseBody) != len(answer) {
					t.Errorf("kept %d bytes of the body, want %d", len(r.Attempt.ResponseBody), len(answer))
				}
			}
			if len(remotes) != 1 {
				t.Errorf("got %d connections, want 1", len(remotes))
			}
		})
	}
}

func TestUnreachableEndpoints(t *testing.T) {
	// Another test may take a port that was free a moment ago; nothing listens on port 1.
	const refusing = "https://127.0.0.1:1"
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	for _, c := range []struct {
		name, url string
		outcome   policy.Class
		class     storage.ErrorClass
		text      string
	}{
		{"nobody listens", refusing, policy.Retryable, storage.ClassConnect, "connection refused"},
		{"no TLS", strings.Replace(plain.URL, "http:", "https:", 1), policy.Permanent, storage.ClassTLS, `the port speaks HTTP without TLS: it answered "HTTP/1.1 400 Bad Request"`},
		{"link-local", "https://169.254.169.254/", policy.Permanent, storage.ClassRefused, "metadata"},
		{"receiver is off", storage.BuiltinReceiver, policy.Retryable, storage.ClassReceiver, "the built-in receiver is off: port 9443 is busy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, c.url)
			b.cfg.ReceiverURL = func() (string, string) { return "", "port 9443 is busy" }
			b.expect(b.try(storage.Job{}), c.outcome, c.class, c.text)
		})
	}
}

func TestBlockPrivateAllowsTheReceiver(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(s.Close)
	b := newBench(t, s.URL)
	b.cfg.BlockPrivate = true
	b.cfg.ReceiverURL = func() (string, string) { return s.URL, "" }
	b.expect(b.try(storage.Job{}), policy.Permanent, storage.ClassRefused, "private ones are blocked")
	b.hook.URL = storage.BuiltinReceiver
	b.expect(b.try(storage.Job{}), policy.Succeeded, "", "")
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	hits := 0
	var s *httptest.Server
	s = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		hits++
		http.Redirect(rw, r, s.URL, http.StatusTemporaryRedirect)
	}))
	t.Cleanup(s.Close)
	b := newBench(t, s.URL)
	b.expect(b.try(storage.Job{}), policy.Permanent, storage.ClassStatus, "redirects are not followed: set the URL to "+s.URL)
	if hits != 1 {
		t.Errorf("got %d requests, want 1", hits)
	}
}

func TestRetryAfterIsKept(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Retry-After", "7")
		rw.WriteHeader(http.StatusTooManyRequests)
	}))
	t.Cleanup(s.Close)
	b := newBench(t, s.URL)
	r := b.try(storage.Job{})
	b.expect(r, policy.Retryable, storage.ClassStatus, "answered 429 Too Many Requests")
	if r.retryAfter != "7" {
		t.Errorf("got Retry-After %q, want 7", r.retryAfter)
	}
}

func TestCompressedAnswerIsKeptUnchanged(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Encoding", "gzip")
		_, _ = io.WriteString(rw, "\x1f\x8b\x08")
	}))
	t.Cleanup(s.Close)
	if r := newBench(t, s.URL).try(storage.Job{}); string(r.Attempt.ResponseBody) != "\x1f\x8b\x08" {
		t.Errorf("got the body %q, want it unchanged", r.Attempt.ResponseBody)
	}
}

func TestTLSOptions(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	s.TLS = &tls.Config{}
	s.StartTLS()
	t.Cleanup(s.Close)
	b := newBench(t, s.URL)
	b.expect(b.try(storage.Job{}), policy.Permanent, storage.ClassCertificate, "self-signed, and not trusted here")
	b.hook.Delivery.TLS.SkipVerify = true
	b.expect(b.try(storage.Job{}), policy.Succeeded, "", "")
	b.hook.Delivery.TLS = storage.TLSOptions{CAFile: "/gone.pem"}
	b.expect(b.try(storage.Job{}), policy.Permanent, storage.ClassConfig, "read CA file: open /gone.pem")
	b.files["/gone.pem"] = "nothing"
	b.expect(b.try(storage.Job{}), policy.Permanent, storage.ClassConfig, "CA file /gone.pem: it holds no PEM certificate")
	b.trust(s)
	b.expect(b.try(storage.Job{}), policy.Succeeded, "", "")
	b.hook.URL = strings.Replace(s.URL, "127.0.0.1", "localhost", 1)
	b.expect(b.try(storage.Job{}), policy.Permanent, storage.ClassCertificate, "is for another host")
	b.hook.Delivery.TLS.CertFile, b.hook.Delivery.TLS.KeyFile = "/cert.pem", "/key.pem"
	b.expect(b.try(storage.Job{}), policy.Permanent, storage.ClassConfig, "read client certificate")
}
