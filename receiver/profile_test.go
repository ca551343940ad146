package receiver

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"backchannel/receiver/intake"
	"backchannel/storage"
)

// codes sends bodies and returns the codes of the answers, separated by spaces.
func (g *rig) codes(w *storage.Webhook, times int, body func() []byte) string {
	g.t.Helper()
	var codes []string
	for range times {
		answer, receipt := g.post(w, body())
		if receipt.Code != answer.StatusCode {
			g.t.Errorf("got the code %d, stored as %d", answer.StatusCode, receipt.Code)
		}
		codes = append(codes, fmt.Sprint(answer.StatusCode))
	}
	return strings.Join(codes, " ")
}

func TestProfileStatuses(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(nil)
	fresh := func() []byte { return event(t, w, storage.StatusSent) }
	for _, c := range []struct {
		name    string
		profile storage.Profile
		want    string
	}{
		{"healthy", storage.Profile{}, "204 204"},
		{"one", storage.Profile{Statuses: []int{410}}, "410 410"},
		{"in turn", storage.Profile{Statuses: []int{429, 429, 204}}, "429 429 204 429"},
		{"always failing", storage.Profile{FailPct: 100}, "503 503"},
		{"fail first, each delivery", storage.Profile{FailFirst: 3}, "503 503"},
		{"percentage before statuses", storage.Profile{FailPct: 100, Statuses: []int{200}}, "503"},
		{"set again", storage.Profile{Statuses: []int{500, 501, 502}}, "500"},
		{"set to the same again", storage.Profile{Statuses: []int{500, 501, 502}}, "500 501"},
		{"healthy again", storage.Profile{}, "204"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g.setProfile(w, c.profile)
			if got := g.codes(w, strings.Count(c.want, " ")+1, fresh); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestProfileComesBeforeTheVerdicts(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(nil)
	g.setProfile(w, storage.Profile{Statuses: []int{200}})
	answer, receipt := g.post(w, []byte("{"))
	if answer.StatusCode != http.StatusOK || receipt.Verdicts.Schema.Result != storage.Fail {
		t.Errorf("got %s, schema %q", answer.Status, receipt.Verdicts.Schema.Result)
	}
	g.setProfile(w, storage.Profile{})
	if answer, _ := g.post(w, []byte("{")); answer.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("got %s", answer.Status)
	}
}

func TestProfileFailFirst(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(nil)
	g.setProfile(w, storage.Profile{FailFirst: 2})
	one, two := event(t, w, storage.StatusSent), event(t, w, storage.StatusSent)
	same := func(body []byte) func() []byte { return func() []byte { return body } }
	if got := g.codes(w, 3, same(one)); got != "503 503 204" {
		t.Errorf("the first body: got %s", got)
	}
	if got := g.codes(w, 3, same(two)); got != "503 503 204" {
		t.Errorf("the second body: got %s", got)
	}
	wantVerdict(t, "duplicate", g.latest().Verdicts.Duplicate, storage.Pass, "a retry: receipt")

	// Two deliveries of the same bytes are counted separately.
	deliveries := g.enqueue(w, one, one)
	for _, d := range deliveries {
		var got []string
		for range 3 {
			answer, _ := g.post(w, one, deliveryHeader, d.ID.String())
			got = append(got, fmt.Sprint(answer.StatusCode))
		}
		if codes := strings.Join(got, " "); codes != "503 503 204" {
			t.Errorf("delivery %s: got %s", d.ID, codes)
		}
	}
}

func (g *rig) enqueue(w *storage.Webhook, bodies ...[]byte) []storage.Delivery {
	g.t.Helper()
	var events []storage.Event
	for _, body := range bodies {
		events = append(events, storage.Event{WebhookID: w.ID, Channel: storage.Email, Status: storage.StatusSent, Payload: body})
	}
	deliveries, err := g.store.Enqueue(g.t.Context(), events...)
	if err != nil {
		g.t.Fatal(err)
	}
	return deliveries
}

func TestProfileFailPercent(t *testing.T) {
	rolls := []float64{0.1, 0.2, 0.9, 0.19}
	var mu sync.Mutex
	g := newRig(t, func(c *Config, _ *Store) {
		c.Random = func() float64 {
			mu.Lock()
			defer mu.Unlock()
			next := rolls[0]
			rolls = rolls[1:]
			return next
		}
	})
	w := g.webhook(nil)
	g.setProfile(w, storage.Profile{FailPct: 20})
	if got := g.codes(w, 4, func() []byte { return event(t, w, storage.StatusSent) }); got != "503 204 204 503" {
		t.Errorf("got %s", got)
	}
}

func TestProfileAnswer(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(nil)
	body := event(t, w, storage.StatusSent)
	g.setProfile(w, storage.Profile{
		Body: "<p>oops</p>", RetryAfter: 5 * time.Second, Statuses: []int{429, 204},
		Headers: []storage.HeaderField{{Name: "x-a", Value: "1"}, {Name: "X-A", Value: "2"}, {Name: "Content-Type", Value: "text/html"}},
	})
	answer, _ := g.post(w, body)
	if answer.StatusCode != http.StatusTooManyRequests || answer.body != "<p>oops</p>" {
		t.Errorf("got %s %q", answer.Status, answer.body)
	}
	wantHeader(t, answer.Header, "Retry-After", "5")
	wantHeader(t, answer.Header, "Content-Type", "text/html")
	if got := answer.Header.Values("X-A"); len(got) != 2 {
		t.Errorf("X-A: %q", got)
	}
	answer, _ = g.post(w, body)
	if answer.StatusCode != http.StatusNoContent || answer.body != "" || answer.Header.Get("Retry-After") != "" {
		t.Errorf("got %s %q, Retry-After %q", answer.Status, answer.body, answer.Header.Get("Retry-After"))
	}
	g.setProfile(w, storage.Profile{Body: "thanks"})
	if answer, receipt := g.post(w, event(t, w, storage.StatusSent)); answer.StatusCode != http.StatusOK || answer.body != "thanks" || receipt.Code != 200 {
		t.Errorf("got %s %q", answer.Status, answer.body)
	}
}

func TestWritingALongAnswerHasADeadline(t *testing.T) {
	for size, bounded := range map[int]bool{intake.Small: false, intake.Small + 1: true} {
		w := &deadlines{ResponseWriter: httptest.NewRecorder()}
		out := responder{w: w, req: httptest.NewRequest(http.MethodPost, "/", nil)}
		outcome := out.send(answer{status: 200, body: strings.Repeat("x", size)}, 0)
		if outcome != storage.Answered || bounded != (len(w.written) == 2) || bounded && (w.written[0].IsZero() || !w.written[1].IsZero()) {
			t.Errorf("%d bytes: %s, deadlines %v", size, outcome, w.written)
		}
	}
}

func TestProfileDelay(t *testing.T) {
	t.Parallel()
	g := newRig(t, nil)
	w := g.webhook(nil)
	g.setProfile(w, storage.Profile{Delay: 60 * time.Millisecond})
	start := time.Now()
	answer, _ := g.post(w, event(t, w, storage.StatusSent))
	if took := time.Since(start); answer.StatusCode != http.StatusNoContent || took < 60*time.Millisecond {
		t.Errorf("got %s after %s", answer.Status, took)
	}
	if got := g.finished(); got.Duration < 60*time.Millisecond || got.Outcome != storage.Answered {
		t.Errorf("got the receipt %s %q", got.Duration, got.Outcome)
	}
}

func TestProfileDrop(t *testing.T) {
	t.Parallel()
	for _, http2 := range []bool{false, true} {
		g := newRig(t, nil)
		g.client = g.newClient(http2)
		w := g.webhook(nil)
		g.setProfile(w, storage.Profile{Fault: storage.FaultDrop})
		answer, err := g.do("POST", w.FeedbackPath(), bytes.NewReader(event(t, w, storage.StatusSent)))
		if err == nil {
			t.Fatalf("got %s", answer.Status)
		}
		if got := g.finished(); got.Code != 0 || got.Outcome != storage.Dropped {
			t.Errorf("got the receipt %d %q", got.Code, got.Outcome)
		}
	}
}

func TestProfileHang(t *testing.T) {
	t.Parallel()
	g := newRig(t, nil)
	w := g.webhook(nil)
	g.setProfile(w, storage.Profile{Fault: storage.FaultHang})
	conn := g.dial()
	g.write(conn, whole(w, event(t, w, storage.StatusSent)))
	g.eventually("the request is kept", func() bool { return len(g.receipts()) == 1 })
	if got := g.latest(); got.Outcome != "" {
		t.Errorf("got outcome %q before the sender disconnected", got.Outcome)
	}
	_ = conn.Close()
	if got := g.finished(); got.Code != 0 || got.Outcome != storage.ClientGone {
		t.Errorf("got the receipt %d %q", got.Code, got.Outcome)
	}
}

func TestProfileDelayMayExceedTheReadTimeout(t *testing.T) {
	t.Parallel()
	g := newRig(t, quickRead)
	w := g.webhook(nil)
	g.setProfile(w, storage.Profile{Delay: 300 * time.Millisecond})
	if answer, _ := g.post(w, event(t, w, storage.StatusSent)); answer.StatusCode != http.StatusNoContent {
		t.Errorf("got %s", answer.Status)
	}
}

func TestProfileDrip(t *testing.T) {
	t.Parallel()
	g := newRig(t, nil)
	w := g.webhook(nil)
	g.setProfile(w, storage.Profile{DripPerSec: 1000, Body: strings.Repeat("x", 100), Statuses: []int{200, 204}})
	for _, want := range []string{"200", "204", "h2"} {
		if want == "h2" {
			g.client = g.newClient(true)
			g.setProfile(w, storage.Profile{DripPerSec: 1000, Body: strings.Repeat("x", 100)})
		}
		start := time.Now()
		answer, _ := g.post(w, event(t, w, storage.StatusSent))
		if want == "204" && (answer.StatusCode != http.StatusNoContent || answer.body != "") ||
			want != "204" && (answer.StatusCode != http.StatusOK || len(answer.body) != 100) {
			t.Errorf("%s: got %s %q", want, answer.Status, answer.body)
		}
		// 100 bytes at 1000 a second, 50 at a time.
		if took := time.Since(start); took < 90*time.Millisecond && want != "204" {
			t.Errorf("%s: got the answer after %s, want at least 90ms", want, took)
		}
		if got := g.finished(); got.Outcome != storage.Answered {
			t.Errorf("%s: got outcome %q", want, got.Outcome)
		}
	}
}

func TestProfileDripToAClosedConnection(t *testing.T) {
	t.Parallel()
	g := newRig(t, nil)
	w := g.webhook(nil)
	g.setProfile(w, storage.Profile{DripPerSec: 1})
	conn := g.dial()
	g.write(conn, whole(w, event(t, w, storage.StatusSent)))
	if _, err := io.ReadFull(conn, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	if got := g.finished(); got.Outcome != storage.ClientGone {
		t.Errorf("got outcome %q", got.Outcome)
	}
}

func TestShutdownEndsLongAnswers(t *testing.T) {
	for _, c := range []struct {
		name    string
		profile storage.Profile
		outcome storage.AnswerOutcome
	}{
		{"hang", storage.Profile{Fault: storage.FaultHang}, storage.Dropped},
		{"drip", storage.Profile{DripPerSec: 1}, storage.Dropped},
		{"delay", storage.Profile{Delay: time.Minute}, storage.Answered},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newRig(t, nil)
			w := g.webhook(nil)
			g.setProfile(w, c.profile)
			conn := g.dial()
			g.write(conn, whole(w, event(t, w, storage.StatusSent)))
			g.eventually("the request is kept", func() bool { return len(g.receipts()) == 1 })
			start := time.Now()
			g.stop()
			if took := time.Since(start); took > 3*time.Second {
				t.Errorf("the shutdown took %s, want at most 3s", took)
			}
			if got := g.latest(); got.Outcome != c.outcome {
				t.Errorf("got outcome %q, want %q", got.Outcome, c.outcome)
			}
			if c.outcome == storage.Answered {
				if answer := g.readAnswer(bufio.NewReader(conn)); answer.StatusCode != http.StatusNoContent {
					t.Errorf("got %s", answer.Status)
				}
			}
		})
	}
}

func TestRecentForgetsOldKeys(t *testing.T) {
	var r recent
	for i := range 3 * maxRecent {
		r.count(fmt.Sprint(i))
	}
	if n := len(r.young) + len(r.old); n > 2*maxRecent {
		t.Errorf("got %d keys, want at most %d", n, 2*maxRecent)
	}
	if n := r.count(fmt.Sprint(3*maxRecent - 1)); n != 2 {
		t.Errorf("the last key: got %d, want 2", n)
	}
	if n := r.count("0"); n != 1 {
		t.Errorf("the first key: got %d, want 1", n)
	}
}
