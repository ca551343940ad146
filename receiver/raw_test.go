package receiver

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"backchannel/receiver/intake"
	"backchannel/storage"
)

// dial opens a TLS connection on which a test can send what no client would. It offers the given protocols.
func (g *rig) dial(offered ...string) *tls.Conn {
	g.t.Helper()
	cfg := g.tlsConfig()
	cfg.NextProtos = offered
	conn, err := tls.Dial("tcp", strings.TrimPrefix(g.URL(), "https://"), cfg)
	if err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	return conn
}

func (g *rig) dialPlain() net.Conn {
	g.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(g.URL(), "https://"))
	if err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	return conn
}

func (g *rig) write(to io.Writer, text string) {
	g.t.Helper()
	if _, err := io.WriteString(to, text); err != nil {
		g.t.Fatal(err)
	}
}

func (g *rig) readAnswer(from *bufio.Reader) reply {
	g.t.Helper()
	response, err := http.ReadResponse(from, nil)
	if err != nil {
		g.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	return reply{response, string(body)}
}

// head returns the head of a POST to the webhook without the empty line that ends it.
func head(w *storage.Webhook, proto string, lines ...string) string {
	return "POST " + w.FeedbackPath() + " " + proto + "\r\nHost: x\r\n" + strings.Join(append(lines, ""), "\r\n")
}

func whole(w *storage.Webhook, body []byte) string {
	return head(w, "HTTP/1.1", fmt.Sprintf("Content-Length: %d", len(body))) + "\r\n" + string(body)
}

func quickRead(c *Config, _ *Store) { c.ReadTimeout = 200 * time.Millisecond }

func TestTruncatedBody(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(nil)
	conn := g.dial()
	g.write(conn, head(w, "HTTP/1.1", "Content-Length: 100")+"\r\n"+`{"requestId":"abc"`)
	if err := conn.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answer := g.readAnswer(bufio.NewReader(conn))
	if answer.StatusCode != http.StatusBadRequest || answer.problem(t).Check != "whole" {
		t.Errorf("got %s %s", answer.Status, answer.body)
	}
	got := g.latest()
	if got.Flaw != storage.BodyCut || string(got.Body) != `{"requestId":"abc"` || got.RequestID != "abc" || got.Code != 400 {
		t.Errorf("got the receipt %q, flaw %q, requestId %q, code %d", got.Body, got.Flaw, got.RequestID, got.Code)
	}
	wantVerdict(t, "schema", got.Verdicts.Schema, storage.Fail, "18 of 100 announced bytes, then the body ended early")
	wantVerdict(t, "target", got.Verdicts.Target, storage.NotApplicable, "schema")
}

func TestSlowBody(t *testing.T) {
	t.Parallel()
	g := newRig(t, quickRead)
	w := g.webhook(nil)
	conn := g.dial()
	g.write(conn, head(w, "HTTP/1.1", "Content-Length: 100")+"\r\n{")
	answer := g.readAnswer(bufio.NewReader(conn))
	if answer.StatusCode != http.StatusBadRequest {
		t.Errorf("got %s", answer.Status)
	}
	got := g.latest()
	if got.Flaw != storage.BodyCut || string(got.Body) != "{" {
		t.Errorf("got the receipt %q, flaw %q", got.Body, got.Flaw)
	}
	wantVerdict(t, "schema", got.Verdicts.Schema, storage.Fail, "nothing more within 200ms")
}

func TestChunkedBody(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(nil)
	body := event(t, w, storage.StatusSent)
	conn := g.dial()
	g.write(conn, head(w, "HTTP/1.1", "Transfer-Encoding: chunked")+fmt.Sprintf("\r\n5\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n", body[:5], len(body)-5, body[5:]))
	if answer := g.readAnswer(bufio.NewReader(conn)); answer.StatusCode != http.StatusNoContent {
		t.Errorf("got %s %s", answer.Status, answer.body)
	}
	got := g.latest()
	if !bytes.Equal(got.Body, body) || got.Flaw != "" {
		t.Errorf("got the receipt %q, flaw %q", got.Body, got.Flaw)
	}
	wantFields(t, got.Headers, "Transfer-Encoding: chunked")
}

// Where a request with both a Content-Length and a transfer coding ends depends on who reads it (RFC 9112
// §6.3), so no other request may follow it, nor one with a transfer coding in HTTP/1.0 (§6.1).
func TestConnectionEndsAfterTwoLengths(t *testing.T) {
	for proto, body := range map[string]string{"HTTP/1.1": "2\r\n{}\r\n0\r\n\r\n", "HTTP/1.0": "{  }"} {
		g := newRig(t, nil)
		w := g.webhook(nil)
		conn := g.dial()
		one := head(w, proto, "Connection: keep-alive", "Content-Length: 4", "Transfer-Encoding: chunked") + "\r\n" + body
		g.write(conn, one+one)
		from := bufio.NewReader(conn)
		if answer := g.readAnswer(from); !answer.Close || answer.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: got %s, connection closed %t", proto, answer.Status, answer.Close)
		}
		if _, err := from.ReadByte(); err == nil {
			t.Errorf("%s: a second request was answered", proto)
		}
		if n := len(g.receipts()); n != 1 {
			t.Errorf("%s: got %d receipts, want 1", proto, n)
		}
	}
}

func TestBrokenChunk(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(nil)
	conn := g.dial()
	g.write(conn, head(w, "HTTP/1.1", "Transfer-Encoding: chunked")+"\r\n2\r\n{}\r\nnonsense\r\n")
	if answer := g.readAnswer(bufio.NewReader(conn)); answer.StatusCode != http.StatusBadRequest {
		t.Errorf("got %s", answer.Status)
	}
	got := g.latest()
	if got.Flaw != storage.BodyCut || string(got.Body) != "{}" {
		t.Errorf("got the receipt %q, flaw %q", got.Body, got.Flaw)
	}
	wantVerdict(t, "schema", got.Verdicts.Schema, storage.Fail, `2 bytes, then a chunk that cannot be read ("invalid byte in chunk length")`)
}

func TestChunksWithoutEnd(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(nil)
	conn := g.dial()
	g.write(conn, head(w, "HTTP/1.1", "Transfer-Encoding: chunked")+"\r\n")
	chunk := "10000\r\n" + strings.Repeat(" ", 1<<16) + "\r\n"
	written := make(chan int)
	go func() {
		n := 0
		for ; n < 1000; n++ {
			if _, err := io.WriteString(conn, chunk); err != nil {
				break
			}
		}
		written <- n
	}()
	answer := g.readAnswer(bufio.NewReader(conn))
	if answer.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("got %s", answer.Status)
	}
	_ = conn.Close()
	if n := <-written; n == 1000 {
		t.Error("the endless body was read to its end")
	}
	got := g.latest()
	if got.Flaw != storage.BodyOverLong || len(got.Body) != intake.MaxBody || got.Code != 413 {
		t.Errorf("got the receipt %d bytes, flaw %q, code %d", len(got.Body), got.Flaw, got.Code)
	}
	wantVerdict(t, "schema", got.Verdicts.Schema, storage.Fail, "more than 1048576 bytes")
}

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	g := newRig(t, nil)
	w := g.webhook(nil)
	for _, size := range []int{intake.Small, intake.Small + 1, intake.MaxBody, intake.MaxBody + 1} {
		body := append([]byte("{}"), bytes.Repeat([]byte(" "), size-2)...)
		answer, receipt := g.post(w, body)
		want, kept := http.StatusUnprocessableEntity, size
		if size > intake.MaxBody {
			want, kept = http.StatusRequestEntityTooLarge, intake.MaxBody
		}
		if answer.StatusCode != want || len(receipt.Body) != kept {
			t.Errorf("%d bytes: answered %s, kept %d", size, answer.Status, len(receipt.Body))
		}
	}
	if g.feedback.bodies.InUse() != 0 {
		t.Errorf("got %d slots for large bodies in use, want none", g.feedback.bodies.InUse())
	}
}

func TestPipelining(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(nil)
	conn := g.dial()
	const n = 5
	var all strings.Builder
	var sent [n][]byte
	for i := range n {
		sent[i] = event(t, w, storage.StatusSent)
		all.WriteString(whole(w, sent[i]))
	}
	g.write(conn, all.String())
	from := bufio.NewReader(conn)
	for range n {
		if answer := g.readAnswer(from); answer.StatusCode != http.StatusNoContent {
			t.Errorf("got %s", answer.Status)
		}
	}
	for i, r := range g.receipts() {
		if !bytes.Equal(r.Body, sent[i]) {
			t.Errorf("receipt %d does not have the body of request %d", i, i)
		}
	}
}

func TestHTTP10(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(nil)
	for _, offered := range [][]string{nil, {"http/1.0"}} { // as curl --http1.0 does
		body := event(t, w, storage.StatusSent)
		conn := g.dial(offered...)
		g.write(conn, strings.Replace(whole(w, body), "HTTP/1.1", "HTTP/1.0", 1))
		if answer := g.readAnswer(bufio.NewReader(conn)); answer.StatusCode != http.StatusNoContent {
			t.Errorf("got %s", answer.Status)
		}
		if got := g.latest(); got.Proto != "HTTP/1.0" || !bytes.Equal(got.Body, body) {
			t.Errorf("got the receipt %s %q", got.Proto, got.Body)
		}
	}
}

func TestOptionsRequestForTheServerIsRecorded(t *testing.T) {
	g := newRig(t, nil)
	conn := g.dial()
	g.write(conn, "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n")
	answer := g.readAnswer(bufio.NewReader(conn))
	if got := g.latest(); answer.StatusCode != http.StatusNotFound || got.Path != "*" || got.Code != http.StatusNotFound {
		t.Errorf("got %s, kept %s %d", answer.Status, got.Path, got.Code)
	}
}

func TestExpectContinue(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(nil)
	body := event(t, w, storage.StatusSent)
	conn := g.dial()
	g.write(conn, head(w, "HTTP/1.1", "Expect: 100-continue", fmt.Sprintf("Content-Length: %d", len(body)))+"\r\n")
	from := bufio.NewReader(conn)
	if answer := g.readAnswer(from); answer.StatusCode != http.StatusContinue {
		t.Fatalf("got %s", answer.Status)
	}
	g.write(conn, string(body))
	if answer := g.readAnswer(from); answer.StatusCode != http.StatusNoContent {
		t.Errorf("got %s", answer.Status)
	}
}

func TestDuplicateHeadersAreKept(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(withJWT)
	conn := g.dial()
	good := g.authorization(w)
	g.write(conn, head(w, "HTTP/1.1", "Authorization: "+good, "authorization: "+good, "Content-Length: 2")+"\r\n{}")
	if answer := g.readAnswer(bufio.NewReader(conn)); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("got %s", answer.Status)
	}
	got := g.latest()
	wantVerdict(t, "auth", got.Verdicts.Auth, storage.Fail, "2 Authorization headers")
	n := 0
	for _, h := range got.Headers {
		if h.Name == "Authorization" && h.Value == good {
			n++
		}
	}
	if n != 2 {
		t.Errorf("got %d Authorization headers, want 2", n)
	}
}

func TestRequestsThatNetHTTPRefusesAreCounted(t *testing.T) {
	t.Parallel()
	// Long enough for the handshake of a valid request on a busy machine, which would otherwise be counted as refused.
	g := newRig(t, func(c *Config, _ *Store) { c.ReadTimeout = time.Second })
	w := g.webhook(nil)
	secured := func(text string) func() {
		return func() {
			conn := g.dial()
			_, _ = io.WriteString(conn, text)
			_, _ = io.Copy(io.Discard, conn)
		}
	}
	plain := func(text string) func() {
		return func() {
			conn := g.dialPlain()
			_, _ = io.WriteString(conn, text)
			_, _ = io.Copy(io.Discard, conn)
		}
	}
	good := whole(w, event(t, w, storage.StatusSent))
	for _, c := range []struct {
		name    string
		act     func()
		refused int64
	}{
		{"a valid request", secured(strings.Replace(good, "HTTP/1.1", "HTTP/1.0", 1)), 0},
		{"idle until it is closed", func() {
			conn := g.dial()
			g.write(conn, good)
			g.readAnswer(bufio.NewReader(conn))
			_ = conn.Close()
		}, 0},
		{"garbage", secured("hello\r\n\r\n"), 1},
		{"garbage after a request", secured(good + "hello\r\n\r\n"), 1},
		{"header lines too long", secured("POST / HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("y", 80<<10) + "\r\n\r\n"), 1},
		{"unknown transfer coding", secured(head(w, "HTTP/1.1", "Transfer-Encoding: gzip") + "\r\n"), 1},
		{"unknown expectation", secured(head(w, "HTTP/1.1", "Expect: miracles") + "\r\n"), 1},
		{"no host", secured("POST / HTTP/1.1\r\n\r\n"), 1},
		{"head without end", secured("POST / HTTP/1.1\r\nHost: x\r\n"), 1},
		{"garbage for TLS", plain("hello, is there anybody?"), 1},
		{"plain HTTP", plain("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), 1},
		{"a handshake without end", plain("\x16\x03\x01"), 1},
		{"a port scan", func() { _ = g.dialPlain().Close() }, 0},
		{"only a handshake", func() {
			conn := g.dial()
			_ = conn.CloseWrite()
			_, _ = io.Copy(io.Discard, conn) // closing it before everything is read would abort the receiver's handshake
		}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := g.Refused()
			c.act()
			if c.refused > 0 {
				g.eventually("it is counted", func() bool { return g.Refused() == before+c.refused })
				return
			}
			// A refusal on an earlier connection is counted by the time the next connection has been served.
			if answer, err := g.do("GET", "/healthz", nil); err != nil || answer.StatusCode != http.StatusOK {
				t.Fatal(answer, err)
			}
			if got := g.Refused(); got != before {
				t.Errorf("got %d refused, want none", got-before)
			}
		})
	}
	g.eventually("an activity reports it", func() bool { return g.hasActivity(storage.ActivityReceiver, "refused before") })
}

func TestShutdownLetsRequestsFinish(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(nil)
	body := event(t, w, storage.StatusSent)
	conn := g.dial()
	from := bufio.NewReader(conn)
	g.write(conn, head(w, "HTTP/1.1", "Expect: 100-continue", fmt.Sprintf("Content-Length: %d", len(body)))+"\r\n")
	g.readAnswer(from) // the request is being handled
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		g.stop()
	}()
	<-g.stopping.Done()
	g.write(conn, string(body))
	if answer := g.readAnswer(from); answer.StatusCode != http.StatusNoContent {
		t.Errorf("got %s", answer.Status)
	}
	<-stopped
	if got := g.latest(); got.Outcome != storage.Answered {
		t.Errorf("got outcome %q, want the request answered", got.Outcome)
	}
}
