package receiver

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"backchannel/receiver/intake"
	"backchannel/storage"
)

func TestHTTP2(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(nil)
	g.client = g.newClient(true)
	answer, receipt := g.post(w, event(t, w, storage.StatusDelivered))
	if answer.ProtoMajor != 2 || answer.StatusCode != http.StatusNoContent || receipt.Proto != "HTTP/2.0" {
		t.Errorf("got %s %s, receipt over %s", answer.Proto, answer.Status, receipt.Proto)
	}
	if got := g.finished(); got.Outcome != storage.Answered {
		t.Errorf("got outcome %q", got.Outcome)
	}
}

func TestHeadRequestsAreAnswered(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(nil)
	for _, http2 := range []bool{false, true} {
		g.client = g.newClient(http2)
		for path, code := range map[string]int{w.FeedbackPath(): 405, "/notFound": 404} {
			answer, err := g.do(http.MethodHead, path, nil)
			if err != nil || answer.StatusCode != code {
				t.Fatal(answer, err)
			}
			if got := g.finished(); got.Outcome != storage.Answered || got.Code != code {
				t.Errorf("%s %s: got %d, got outcome %q", answer.Proto, path, got.Code, got.Outcome)
			}
		}
		g.client.CloseIdleConnections()
	}
}

func TestRefusedHTTP2RequestsAreCounted(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(nil)
	for _, c := range []struct {
		name    string
		method  string
		body    []byte
		headers int // of 1 KiB each
		code    int
		refused int64
	}{
		{"a valid request", "POST", event(t, w, storage.StatusSent), 1, 204, 0},
		{"a body that is too long", "POST", bytes.Repeat([]byte(" "), 2*intake.MaxBody), 1, 413, 0},
		{"no body", "HEAD", nil, 1, 405, 0},
		{"too many header lines", "POST", nil, 80, 431, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := g.Refused()
			g.client = g.newClient(true)
			var headers []string
			for range c.headers {
				headers = append(headers, "X-Long", strings.Repeat("y", 1<<10))
			}
			answer, err := g.do(c.method, w.FeedbackPath(), bytes.NewReader(c.body), headers...)
			for err != nil && strings.Contains(err.Error(), "larger than peer's advertised limit") {
				// The client learned of the limit before it sent the request, and did not send it.
				g.client.CloseIdleConnections()
				g.client = g.newClient(true)
				answer, err = g.do(c.method, w.FeedbackPath(), bytes.NewReader(c.body), headers...)
			}
			if err != nil || answer.StatusCode != c.code || answer.ProtoMajor != 2 {
				t.Fatal(answer, err)
			}
			g.client.CloseIdleConnections()
			g.eventually("it is counted", func() bool { return g.Refused() >= before+c.refused })
			// A refusal on an earlier connection is counted by the time the next connection has been served.
			g.client = g.newClient(false)
			if answer, err := g.do("GET", "/healthz", nil); err != nil || answer.StatusCode != http.StatusOK {
				t.Fatal(answer, err)
			}
			if got := g.Refused(); got != before+c.refused {
				t.Errorf("got %d refused, want %d", got-before, c.refused)
			}
		})
	}
}
