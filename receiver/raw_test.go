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

// dial opens a connection to say what no client would, for one of the protocols offered.
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

func (g *rig) say(to io.Writer, text string) {
	g.t.Helper()
	if _, err := io.WriteString(to, text); err != nil {
		g.t.Fatal(err)
	}
}

func (g *rig) hear(from *bufio.Reader) reply {
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

// head is the head of a POST to the webhook, without the empty line that ends it.
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
	g.say(conn, head(w, "HTTP/1.1", "Content-Length: 100")+"\r\n"+`{"requestId":"abc"`)
	if err := conn.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answer := g.hear(bufio.NewReader(conn))
	if answer.StatusCode != http.StatusBadRequest || answer.problem(t).Check != "whole" {
		t.Errorf("answered %s %s", answer.Status, answer.body)
	}
	got := g.latest()
	if got.Flaw != storage.BodyCut || string(got.Body) != `{"requestId":"abc"` || got.RequestID != "abc" || got.Code != 400 {
		t.Errorf("kept %q, flaw %q, requestId %q, code %d", got.Body, got.Flaw, got.RequestID, got.Code)
	}
	wantVerdict(t, "schema", got.Verdicts.Schema, storage.Fail, "18 of 100 announced bytes, then the body broke off")
	wantVerdict(t, "target", got.Verdicts.Target, storage.NotApplicable, "schema")
}

func TestSlowBody(t *testing.T) {
	t.Parallel()
	g := newRig(t, quickRead)
	w := g.webhook(nil)
	conn := g.dial()
	g.say(conn, head(w, "HTTP/1.1", "Content-Length: 100")+"\r\n{")
	answer := g.hear(bufio.NewReader(conn))
	if answer.StatusCode != http.StatusBadRequest {
		t.Errorf("answered %s", answer.Status)
	}
	got := g.latest()
	if got.Flaw != storage.BodyCut || string(got.Body) != "{" {
		t.Errorf("kept %q, flaw %q", got.Body, got.Flaw)
	}
	wantVerdict(t, "schema", got.Verdicts.Schema, storage.Fail, "nothing more within 200ms")
}

func TestChunkedBody(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(nil)
	body := event(t, w, storage.StatusSent)
	conn := g.dial()
	g.say(conn, head(w, "HTTP/1.1", "Transfer-Encoding: chunked")+fmt.Sprintf("\r\n5\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n", body[:5], len(body)-5, body[5:]))
	if answer := g.hear(bufio.NewReader(conn)); answer.StatusCode != http.StatusNoContent {
		t.Errorf("answered %s %s", answer.Status, answer.body)
	}
	got := g.latest()
	if !bytes.Equal(got.Body, body) || got.Flaw != "" {
		t.Errorf("kept %q, flaw %q", got.Body, got.Flaw)
	}
	wantFields(t, got.Headers, "Transfer-Encoding: chunked")
}

// What a Content-Length beside a transfer coding makes of the next request depends on who
// reads (RFC 9112 §6.3): there must be none, nor after a transfer coding in HTTP/1.0 (§6.1).
func TestConnectionEndsAfterTwoLengths(t *testing.T) {
	for proto, body := range map[string]string{"HTTP/1.1": "2\r\n{}\r\n0\r\n\r\n", "HTTP/1.0": "{  }"} {
		g := newRig(t, nil)
		w := g.webhook(nil)
		conn := g.dial()
		one := head(w, proto, "Connection: keep-alive", "Content-Length: 4", "Transfer-Encoding: chunked") + "\r\n" + body
		g.say(conn, one+one)
		from := bufio.NewReader(conn)
		if answer := g.hear(from); !answer.Close || answer.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: answered %s, the connection closed: %t", proto, answer.Status, answer.Close)
		}
		if _, err := from.ReadByte(); err == nil {
			t.Errorf("%s: a second request was answered", proto)
		}
		if n := len(g.receipts()); n != 1 {
			t.Errorf("%s: %d receipts", proto, n)
		}
	}
}

func TestBrokenChunk(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(nil)
	conn := g.dial()
	g.say(conn, head(w, "HTTP/1.1", "Transfer-Encoding: chunked")+"\r\n2\r\n{}\r\nnonsense\r\n")
	if answer := g.hear(bufio.NewReader(conn)); answer.StatusCode != http.StatusBadRequest {
		t.Errorf("answered %s", answer.Status)
	}
	got := g.latest()
	if got.Flaw != storage.BodyCut || string(got.Body) != "{}" {
		t.Errorf("kept %q, flaw %q", got.Body, got.Flaw)
	}
	wantVerdict(t, "schema", got.Verdicts.Schema, storage.Fail, `2 bytes, then a chunk that cannot be read ("invalid byte in chunk length")`)
}

func TestChunksWithoutEnd(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(nil)
	conn := g.dial()
	g.say(conn, head(w, "HTTP/1.1", "Transfer-Encoding: chunked")+"\r\n")
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
	answer := g.hear(bufio.NewReader(conn))
	if answer.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("answered %s", answer.Status)
	}
	_ = conn.Close()
	if n := <-written; n == 1000 {
		t.Error("all of the endless body was read")
	}
	got := g.latest()
	if got.Flaw != storage.BodyOverLong || len(got.Body) != intake.MaxBody || got.Code != 413 {
		t.Errorf("kept %d bytes, flaw %q, code %d", len(got.Body), got.Flaw, got.Code)
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
		t.Errorf("%d slots for large bodies were not given back", g.feedback.bodies.InUse())
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
	g.say(conn, all.String())
	from := bufio.NewReader(conn)
	for range n {
		if answer := g.hear(from); answer.StatusCode != http.StatusNoContent {
			t.Errorf("answered %s", answer.Status)
		}
	}
	for i, r := range g.receipts() {
		if !bytes.Equal(r.Body, sent[i]) {
			t.Errorf("receipt %d has another body", i)
		}
	}
}

func TestHTTP10(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(nil)
	for _, offered := range [][]string{nil, {"http/1.0"}} { // as curl --http1.0 does
		body := event(t, w, storage.StatusSent)
		conn := g.dial(offered...)
		g.say(conn, strings.Replace(whole(w, body), "HTTP/1.1", "HTTP/1.0", 1))
		if answer := g.hear(bufio.NewReader(conn)); answer.StatusCode != http.StatusNoContent {
			t.Errorf("answered %s", answer.Status)
		}
		if got := g.latest(); got.Proto != "HTTP/1.0" || !bytes.Equal(got.Body, body) {
			t.Errorf("kept %s %q", got.Proto, got.Body)
		}
	}
}

func TestOptionsOfTheServerIsARequestLikeAnyOther(t *testing.T) {
	g := newRig(t, nil)
	conn := g.dial()
	g.say(conn, "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n")
	answer := g.hear(bufio.NewReader(conn))
	if got := g.latest(); answer.StatusCode != http.StatusNotFound || got.Path != "*" || got.Code != http.StatusNotFound {
		t.Errorf("answered %s, kept %s %d", answer.Status, got.Path, got.Code)
	}
}

func TestExpectContinue(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(nil)
	body := event(t, w, storage.StatusSent)
	conn := g.dial()
	g.say(conn, head(w, "HTTP/1.1", "Expect: 100-continue", fmt.Sprintf("Content-Length: %d", len(body)))+"\r\n")
	from := bufio.NewReader(conn)
	if answer := g.hear(from); answer.StatusCode != http.StatusContinue {
		t.Fatalf("first answered %s", answer.Status)
	}
	g.say(conn, string(body))
	if answer := g.hear(from); answer.StatusCode != http.StatusNoContent {
		t.Errorf("answered %s", answer.Status)
	}
}

func TestDuplicateHeadersAreKept(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(withJWT)
	conn := g.dial()
	good := g.authorization(w)
	g.say(conn, head(w, "HTTP/1.1", "Authorization: "+good, "authorization: "+good, "Content-Length: 2")+"\r\n{}")
	if answer := g.hear(bufio.NewReader(conn)); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("answered %s", answer.Status)
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
		t.Errorf("%d Authorization headers kept", n)
	}
}

func TestRefusedByNetHTTP(t *testing.T) {
	t.Parallel()
	// Long enough for the handshake of a good request on a loaded machine: one that takes longer is refused, too.
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
		{"a good request", secured(strings.Replace(good, "HTTP/1.1", "HTTP/1.0", 1)), 0},
		{"idle until it is closed", func() {
			conn := g.dial()
			g.say(conn, good)
			g.hear(bufio.NewReader(conn))
			_ = conn.Close()
		}, 0},
		{"garbage", secured("hello\r\n\r\n"), 1},
		{"garbage behind a request", secured(good + "hello\r\n\r\n"), 1},
		{"header lines too long", secured("POST / HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("y", 80<<10) + "\r\n\r\n"), 1},
		{"unknown transfer coding", secured(head(w, "HTTP/1.1", "Transfer-Encoding: gzip") + "\r\n"), 1},
		{"unknown expectation", secured(head(w, "HTTP/1.1", "Expect: miracles") + "\r\n"), 1},
		{"no host", secured("POST / HTTP/1.1\r\n\r\n"), 1},
		{"head without end", secured("POST / HTTP/1.1\r\nHost: x\r\n"), 1},
		{"garbage for TLS", plain("hello, is there anybody?"), 1},
		{"plain HTTP", plain("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), 1},
		{"a handshake without end", plain("\x16\x03\x01"), 1},
		{"a look at the port", func() { _ = g.dialPlain().Close() }, 0},
		{"a handshake alone", func() {
			conn := g.dial()
			_ = conn.CloseWrite()
			_, _ = io.Copy(io.Discard, conn) // closed before it has read all, it would cut the receiver's handshake off
		}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := g.Refused()
			c.act()
			if c.refused > 0 {
				g.eventually("it is counted", func() bool { return g.Refused() == before+c.refused })
				return
			}
			// What came before is told of once the next connection has been served.
			if answer, err := g.do("GET", "/healthz", nil); err != nil || answer.StatusCode != http.StatusOK {
				t.Fatal(answer, err)
			}
			if got := g.Refused(); got != before {
				t.Errorf("%d refused", got-before)
			}
		})
	}
	g.eventually("an activity tells of it", func() bool { return g.told(storage.ActivityReceiver, "refused before") }) // it, or they: the activity counts on
}

func TestShutdownLetsRequestsFinish(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(nil)
	body := event(t, w, storage.StatusSent)
	conn := g.dial()
	from := bufio.NewReader(conn)
	g.say(conn, head(w, "HTTP/1.1", "Expect: 100-continue", fmt.Sprintf("Content-Length: %d", len(body)))+"\r\n")
	g.hear(from) // so it is being handled
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		g.stop()
	}()
	<-g.stopping.Done()
	g.say(conn, string(body))
	if answer := g.hear(from); answer.StatusCode != http.StatusNoContent {
		t.Errorf("answered %s", answer.Status)
	}
	<-stopped
	if got := g.latest(); got.Outcome != storage.Answered {
		t.Errorf("outcome %q: it was lost", got.Outcome)
	}
}
