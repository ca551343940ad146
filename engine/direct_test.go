package engine

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"backchannel/engine/policy"
	"backchannel/storage"
)

// recordHeads starts a server that sends the request line and header lines of each request, byte for
// byte, to a channel, and answers with answer.
func recordHeads(t *testing.T, answer func(n int, c net.Conn) (keep bool)) (url string, heads <-chan []string) {
	got := make(chan []string, 16)
	n := 0
	return rawServer(t, func(c net.Conn) {
		in := bufio.NewReader(c)
		for {
			var head []string
			length := 0
			for {
				line, err := in.ReadString('\n')
				if err != nil {
					return
				}
				if line = strings.TrimRight(line, "\r\n"); line == "" {
					break
				}
				if text, found := strings.CutPrefix(line, "Content-Length: "); found {
					length, _ = strconv.Atoi(text)
				}
				head = append(head, line)
			}
			_, _ = in.Discard(length)
			got <- head
			n++
			if !answer(n, c) {
				return
			}
		}
	}), got
}

const noContent = "HTTP/1.1 204 No Content\r\n\r\n"

func TestHeaderKeepsItsOrderAndLetterCase(t *testing.T) {
	for name, job := range map[string]storage.Job{
		"small":     {DeliveryID: 5, Payload: []byte("{}")},
		"large":     {DeliveryID: 5, Payload: bytes.Repeat([]byte("x"), 1<<20)},
		"truncated": {DeliveryID: 5, Payload: []byte("{}"), Misbehave: storage.MisbehaveTruncated},
		"tampered":  {DeliveryID: 5, Payload: []byte("{}"), Misbehave: storage.MisbehaveTamperedBody},
	} {
		t.Run(name, func(t *testing.T) {
			url, heads := recordHeads(t, func(_ int, c net.Conn) bool { _, err := io.WriteString(c, noContent); return err == nil })
			b := newBench(t, url+"/in?a=b")
			b.hook.Headers = []storage.HeaderField{{Name: "x-zulu", Value: "1"}, {Name: "X-ALPHA", Value: "2"}}
			r := b.try(job)
			b.expect(r, policy.Succeeded, "", "")
			head := <-heads
			if head[0] != "POST /in?a=b HTTP/1.1" {
				t.Errorf("got the request line %q", head[0])
			}
			var recorded []string
			for _, f := range r.Attempt.RequestHeaders {
				recorded = append(recorded, f.Name+": "+f.Value)
			}
			if sent := strings.Join(head[1:], "\n"); sent != strings.Join(recorded, "\n") {
				t.Errorf("sent\n%s\nrecorded\n%s", sent, strings.Join(recorded, "\n"))
			}
			if last := head[len(head)-2:]; last[0] != "x-zulu: 1" || last[1] != "X-ALPHA: 2" {
				t.Errorf("got the last lines %q", last)
			}
		})
	}
}

func TestConnectionThatTheEndpointHasEndedIsNotUsed(t *testing.T) {
	for name, after := range map[string]string{"closed": noContent, "unexpected answer": noContent + noContent} {
		t.Run(name, func(t *testing.T) {
			said := make(chan bool)
			url, heads := recordHeads(t, func(_ int, c net.Conn) bool {
				_, _ = io.WriteString(c, after)
				if name == "closed" {
					_ = c.Close()
				}
				said <- true
				return name != "closed"
			})
			ep, err := newBench(t, url).endpoint()
			if err != nil {
				t.Fatal(err)
			}
			for range 3 {
				ended := make(chan Result, 1)
				go func() {
					ended <- ep.attempt(context.Background(), &storage.Job{Payload: []byte("{}")}, time.Now())
				}()
				<-heads
				<-said
				if r := <-ended; r.Class != policy.Succeeded {
					t.Fatalf("the attempt failed: %s", r.Attempt.Error)
				}
			}
		})
	}
}

// An endpoint that answers before it has the whole body may or may not read the rest.
func TestLargeBodyIsSentWhileListening(t *testing.T) {
	t.Parallel()
	for name, then := range map[string]func(c net.Conn){
		"reads the rest": func(c net.Conn) { _, _ = io.Copy(io.Discard, c) },
		"stops":          func(net.Conn) { <-t.Context().Done() },
	} {
		t.Run(name, func(t *testing.T) {
			ep, err := newBench(t, rawServer(t, func(c net.Conn) {
				_, _ = c.Read(make([]byte, 1))
				_, _ = io.WriteString(c, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n")
				then(c)
			})).endpoint()
			if err != nil {
				t.Fatal(err)
			}
			r := ep.attempt(t.Context(), &storage.Job{Payload: bytes.Repeat([]byte("x"), 64<<20)}, time.Now())
			if r.Attempt.Code != http.StatusRequestEntityTooLarge || r.Class != policy.Permanent {
				t.Errorf("got %d, %v: %s", r.Attempt.Code, r.Class, r.Attempt.Error)
			}
			if name == "stops" && len(ep.direct.idle.conns) != 0 {
				t.Error("the connection was kept with half a request on it")
			}
		})
	}
}

func TestLargeBodiesShareAConnection(t *testing.T) {
	var conns atomic.Int64
	url := rawServer(t, func(c net.Conn) {
		conns.Add(1)
		for in := bufio.NewReader(c); ; {
			req, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, req.Body)
			_, _ = io.WriteString(c, noContent)
		}
	})
	ep, err := newBench(t, url).endpoint()
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{1 << 20, 2, oneWrite, 1 << 20} {
		r := ep.attempt(t.Context(), &storage.Job{Payload: bytes.Repeat([]byte("x"), size)}, time.Now())
		if r.Class != policy.Succeeded || conns.Load() != 1 {
			t.Errorf("%d bytes: got %q, %d connections; want 1", size, r.Attempt.Error, conns.Load())
		}
	}
}

func TestConnectionIsNotKeptAfterItsLastAnswer(t *testing.T) {
	for name, answer := range map[string]string{
		"Connection: close": "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
		"HTTP/1.0":          "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
		"another protocol":  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
		"no length":         "HTTP/1.1 200 OK\r\n\r\nhello",
	} {
		t.Run(name, func(t *testing.T) {
			url, _ := recordHeads(t, func(_ int, c net.Conn) bool { _, _ = io.WriteString(c, answer); return name != "no length" })
			ep, err := newBench(t, url).endpoint()
			if err != nil {
				t.Fatal(err)
			}
			r := ep.attempt(context.Background(), &storage.Job{Payload: []byte("{}")}, time.Now())
			if len(ep.direct.idle.conns) != 0 {
				t.Error("the connection was kept")
			}
			if wanted := map[bool]string{true: "hello"}[name == "no length"]; string(r.Attempt.ResponseBody) != wanted {
				t.Errorf("got the body %q, want %q", r.Attempt.ResponseBody, wanted)
			}
		})
	}
}

func TestHTTP2ConnectionIsKept(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			rw.WriteHeader(http.StatusHTTPVersionNotSupported)
		}
	}))
	s.EnableHTTP2 = true
	connections := 0
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections++
		}
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	b := newBench(t, s.URL).trust(s)
	ep, err := b.endpoint()
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		b.expect(ep.attempt(context.Background(), &storage.Job{Payload: []byte("{}")}, time.Now()), policy.Succeeded, "", "")
	}
	s.Close()
	if connections != 1 {
		t.Errorf("got %d connections, want 1", connections)
	}
}

func TestIdleConnectionsAreReaped(t *testing.T) {
	now := time.Now()
	var i idle
	var ours, theirs []net.Conn
	for n := range 3 {
		a, b := net.Pipe()
		ours, theirs = append(ours, a), append(theirs, b)
		i.put(newConn(&link{Conn: a, certRequest: new(certRequest)}, &i), now.Add(time.Duration(n-2)*idleTimeout))
	}
	i.reap()
	if len(i.conns) != 1 || i.conns[0].Conn != ours[2] || i.reaper == nil {
		t.Errorf("got %d connections left, want the third one", len(i.conns))
	}
	i.retire()
	i.put(newConn(&link{Conn: ours[2], certRequest: new(certRequest)}, &i), now)
	for n, c := range theirs {
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("connection %d: got %v, want io.EOF", n, err)
		}
	}
}

// An answer without a request must not be taken for that to the next request, even if it came in one
// segment with the previous answer, in a TLS record of its own.
func TestSecondAnswerOverTLSIsNotUsed(t *testing.T) {
	s := httptest.NewTLSServer(nil)
	t.Cleanup(s.Close)
	url := rawServer(t, func(plain net.Conn) { answerTwice(plain, s.TLS) })
	ep, err := newBench(t, strings.Replace(url, "http:", "https:", 1)).trust(s).endpoint()
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		r := ep.attempt(context.Background(), &storage.Job{Payload: []byte("{}")}, time.Now())
		if r.Class != policy.Succeeded {
			t.Fatalf("got %d %s", r.Attempt.Code, r.Attempt.Error)
		}
	}
}

// answerTwice answers the first request with two records in one segment.
func answerTwice(plain net.Conn, config *tls.Config) {
	defer func() { _ = plain.Close() }()
	buffer := &bufferingConn{Conn: plain}
	c := tls.Server(buffer, config)
	if _, err := http.ReadRequest(bufio.NewReader(c)); err != nil {
		return
	}
	buffer.hold = true
	_, _ = io.WriteString(c, noContent)
	_, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
	_, _ = plain.Write(buffer.held)
	_, _ = io.Copy(io.Discard, plain)
}

// A bufferingConn can hold back what is written.
type bufferingConn struct {
	net.Conn
	hold bool
	held []byte
}

func (g *bufferingConn) Write(p []byte) (int, error) {
	if !g.hold {
		return g.Conn.Write(p)
	}
	g.held = append(g.held, p...)
	return len(p), nil
}
