package receiver

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"backchannel/storage"
)

// A local is a server to which receipts are relayed.
type local struct {
	*httptest.Server

	mu     sync.Mutex // guards the fields below
	answer func(w http.ResponseWriter, req *http.Request)
	got    []relayed
}

type relayed struct {
	*http.Request
	body []byte
}

func newLocal(t *testing.T) *local {
	l := &local{answer: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) }}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			t.Error(err)
		}
		l.mu.Lock()
		l.got = append(l.got, relayed{req, body})
		answer := l.answer
		l.mu.Unlock()
		answer(w, req)
	}))
	t.Cleanup(l.Close)
	return l
}

func (l *local) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.got)
}

// forwarding configures a receiver to relay receipts to a URL.
func forwarding(to string, timeout time.Duration) func(*Config, *Store) {
	return func(c *Config, _ *Store) {
		c.Forward = &Forward{URL: to, Timeout: timeout, Transport: &http.Transport{DisableCompression: true}}
	}
}

// relayed waits until the newest receipt has been relayed or not, and returns the outcome.
func (g *rig) relayed() storage.Forward {
	g.t.Helper()
	var last storage.Forward
	g.eventually("the receipt is relayed", func() bool {
		last = g.latest().Forward
		return last.State != storage.ForwardWaiting
	})
	return last
}

func TestForwardRelaysVerifiedReceiptsUnchanged(t *testing.T) {
	l := newLocal(t)
	l.answer = func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, "short and stout")
	}
	g := newRig(t, forwarding(l.URL+"/hooks?x=1", 0))
	w := g.webhook(withJWT)
	body := append(event(t, w, storage.StatusBounce), " \n"...)
	authorization := g.authorization(w)
	answer, _ := g.post(w, body, "Authorization", authorization, "Content-Type", "application/json; charset=utf-8",
		"X-Twice", "1", "X-Twice", "2", "X-Hop", "no", "Connection", "X-Hop", "Backchannel-Attempt", "3")
	if answer.StatusCode != http.StatusNoContent {
		t.Fatalf("got %s", answer.Status)
	}
	got := g.relayed()
	if got.State != storage.ForwardAnswered || got.Code != http.StatusTeapot || string(got.Body) != "short and stout" || got.Duration <= 0 || got.URL != l.URL+"/hooks?x=1" {
		t.Errorf("got %+v", got)
	}
	there := l.got[0]
	if there.Method != http.MethodPost || there.RequestURI != "/hooks?x=1" || !bytes.Equal(there.body, body) || there.Host != strings.TrimPrefix(l.URL, "http://") {
		t.Errorf("got the relayed request %s %s to %s: %q", there.Method, there.RequestURI, there.Host, there.body)
	}
	for name, want := range map[string]string{
		"Authorization": authorization, "Content-Type": "application/json; charset=utf-8", "X-Twice": "1|2",
		"X-Hop": "", "Connection": "", "Backchannel-Attempt": "3", "User-Agent": "Go-http-client/1.1",
		"Content-Length": fmt.Sprint(len(body)), "Via": "1.1 " + g.feedback.forward.via,
	} {
		if got := strings.Join(there.Header[name], "|"); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if got := g.finished(); got.Code != http.StatusNoContent || got.Outcome != storage.Answered {
		t.Errorf("the receiver's own answer: got %d %q", got.Code, got.Outcome)
	}
}

// Secrets of the request and of the URL that the other server echoes are masked.
func TestForwardMasksEchoedSecrets(t *testing.T) {
	to := newLocal(t)
	to.answer = func(w http.ResponseWriter, req *http.Request) {
		w.Header().Set("Content-Type", "text/plain; sent="+req.Header.Get("Authorization"))
		_, _ = fmt.Fprintf(w, "%s and %s and %s", req.Header.Get("Authorization"), req.URL.Query().Get("token"), "the rest")
	}
	g := newRig(t, forwarding(to.URL+"/hooks?token=of-the-server", 0))
	w := g.webhook(withJWT)
	authorization := g.authorization(w)
	g.post(w, event(t, w, storage.StatusSent), "Authorization", authorization)
	got := g.relayed()
	masked := storage.Masked + " and " + storage.Masked + " and the rest"
	if string(got.Body) != masked && string(got.Body) != "Bearer "+masked {
		t.Errorf("got the stored body %q, want %q", got.Body, masked)
	}
	_, minted, _ := strings.Cut(authorization, " ")
	for _, kept := range []string{got.Type, got.URL} {
		if strings.Contains(kept, minted) || strings.Contains(kept, "of-the-server") {
			t.Errorf("%q is stored with a secret", kept)
		}
	}
	if got.URL != to.URL+"/hooks?token="+storage.Masked || to.got[0].URL.Query().Get("token") != "of-the-server" {
		t.Errorf("relayed to %s, stored as %s", to.got[0].URL, got.URL)
	}
}

func TestForwardWithholdsOtherReceipts(t *testing.T) {
	l := newLocal(t)
	g := newRig(t, forwarding(l.URL, 0))
	w := g.webhook(withJWT)
	good := g.authorization(w)
	for _, c := range []struct {
		name, method, path string
		body               []byte
		headers            []string
		why                string
	}{
		{"bad token", "POST", w.FeedbackPath(), event(t, w, storage.StatusSent), []string{"Authorization", "Bearer x"}, "the auth verdict failed"},
		{"bad body", "POST", w.FeedbackPath(), []byte("{}"), []string{"Authorization", good}, "the schema verdict failed"},
		{"other webhook's", "POST", w.FeedbackPath(), bytes.Replace(event(t, w, storage.StatusSent), []byte("myImsOrg"), []byte("other"), 1), []string{"Authorization", good}, "the target verdict failed"},
		{"unmatched", "POST", "/notFound", nil, nil, "the target verdict failed"},
		{"other method", "PUT", w.FeedbackPath(), event(t, w, storage.StatusSent), []string{"Authorization", good}, "the target verdict failed"},
		{"from here", "POST", w.FeedbackPath(), event(t, w, storage.StatusSent), []string{"Authorization", good, "Via", "1.1 proxy, 1.1 " + g.feedback.forward.via}, "it was relayed from here, so relaying it again would never end"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := g.do(c.method, c.path, bytes.NewReader(c.body), c.headers...); err != nil {
				t.Fatal(err)
			}
			if got := g.relayed(); got.State != storage.ForwardWithheld || got.Error != c.why {
				t.Errorf("got %+v, want %q", got, c.why)
			}
		})
	}
	if l.count() != 0 {
		t.Errorf("got %d relayed receipts, want none", l.count())
	}
}

func TestForwardToItselfEnds(t *testing.T) {
	var url atomic.Value
	url.Store("")
	g := newRig(t, func(c *Config, _ *Store) {
		c.Forward = &Forward{URL: "https://receiver.invalid", Transport: roundTripper(func(req *http.Request) (*http.Response, error) {
			req.URL.Host = strings.TrimPrefix(url.Load().(string), "https://")
			req.URL.Path = "/feedback/myImsOrg/prod"
			return (&http.Transport{TLSClientConfig: &tls.Config{RootCAs: c.CA.Pool()}, DisableKeepAlives: true}).RoundTrip(req)
		})}
	})
	url.Store(g.URL())
	w := g.webhook(nil)
	g.post(w, event(t, w, storage.StatusSent))
	g.eventually("the relayed request arrives once", func() bool {
		all := g.receipts()
		return len(all) == 2 && all[0].Forward.State == storage.ForwardAnswered && all[1].Forward.State == storage.ForwardWithheld
	})
}

func TestForwardFailures(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	l := newLocal(t)
	defer close(release)
	for _, c := range []struct {
		name   string
		url    string
		answer func(http.ResponseWriter, *http.Request)
		state  storage.ForwardState
		code   int
		why    string
	}{
		{"nobody there", "http://127.0.0.1:1/", nil, storage.ForwardFailed, 0, "nothing listens there; start the server, or correct --forward-to: dial tcp 127.0.0.1:1: connect: connection refused"},
		{"no answer", l.URL, func(_ http.ResponseWriter, req *http.Request) {
			select {
			case <-req.Context().Done():
			case <-release:
			}
		}, storage.ForwardFailed, 0, "no answer within 300ms"},
		{"drops", l.URL, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, storage.ForwardFailed, 0, "closed without an answer"},
		{"redirects", l.URL, func(w http.ResponseWriter, req *http.Request) {
			http.Redirect(w, req, "/else", http.StatusTemporaryRedirect)
		}, storage.ForwardAnswered, 307, ""},
		{"body ends early", l.URL, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "10")
			_, _ = io.WriteString(w, "half")
		}, storage.ForwardAnswered, 200, "the answer's body is incomplete: fewer bytes arrived than were announced"},
		{"body without end", l.URL, func(w http.ResponseWriter, req *http.Request) {
			_, _ = io.WriteString(w, "half")
			_ = http.NewResponseController(w).Flush()
			select {
			case <-req.Context().Done():
			case <-release:
			}
		}, storage.ForwardAnswered, 200, "the answer's body is incomplete: it did not end within 300ms"},
		{"long body", l.URL, func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(bytes.Repeat([]byte("x"), 10*storage.MaxAnswerBody))
		}, storage.ForwardAnswered, 200, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			l.mu.Lock()
			l.answer = c.answer
			l.mu.Unlock()
			g := newRig(t, forwarding(c.url, 300*time.Millisecond))
			w := g.webhook(nil)
			answer, _ := g.post(w, event(t, w, storage.StatusSent))
			got := g.relayed()
			if answer.StatusCode != http.StatusNoContent || got.State != c.state || got.Code != c.code || !strings.Contains(got.Error, c.why) || c.why == "" && got.Error != "" {
				t.Errorf("got answer %s, outcome %+v, want %q", answer.Status, got, c.why)
			}
			if len(got.Body) > storage.MaxAnswerBody {
				t.Errorf("got %d bytes of the answer, want at most %d", len(got.Body), storage.MaxAnswerBody)
			}
			if c.state == storage.ForwardFailed {
				g.eventually("an activity reports it", func() bool { return g.hasActivity(storage.ActivityError, "could not be relayed: ") })
			}
		})
	}
}

func TestForwardNeverDelaysAnAnswer(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	l := newLocal(t)
	l.answer = func(http.ResponseWriter, *http.Request) { <-release }
	g := newRig(t, forwarding(l.URL, time.Hour))
	w := g.webhook(nil)
	body := event(t, w, storage.StatusSent)
	post := func(int) {
		if answer, err := g.do("POST", w.FeedbackPath(), bytes.NewReader(body)); err != nil || answer.StatusCode != http.StatusNoContent {
			t.Error(answer, err)
		}
	}
	for range maxToRelay / 16 {
		all(16, post) // one commit stores several
	}
	all(3, post)
	states := map[storage.ForwardState]int{}
	for _, r := range g.receipts() {
		states[r.Forward.State]++
	}
	if states[storage.ForwardWaiting] != maxToRelay || states[storage.ForwardDropped] != 3 {
		t.Errorf("got the states %v", states)
	}
	if got := g.latest().Forward; got.Error != "1024 others were waiting already" {
		t.Errorf("got %+v", got)
	}
	if n := l.count(); n > maxRelaying {
		t.Errorf("got %d receipts relayed at once, want at most %d", n, maxRelaying)
	}
	close(release)
	g.eventually("all waiting receipts are relayed", func() bool { return l.count() == maxToRelay })
	g.eventually("an activity reports it", func() bool { return g.hasActivity(storage.ActivityError, "not relayed") })
}

func TestForwardReportsReceiptsLeftByAStop(t *testing.T) {
	release := make(chan struct{})
	l := newLocal(t)
	l.answer = func(http.ResponseWriter, *http.Request) { <-release }
	defer close(release)
	g := newRig(t, func(c *Config, s *Store) {
		forwarding(l.URL, time.Hour)(c, s)
		c.Drain = 200 * time.Millisecond
	})
	w := g.webhook(nil)
	for range maxRelaying + 1 {
		g.post(w, event(t, w, storage.StatusSent))
	}
	g.stop()
	for _, r := range g.receipts() {
		if r.Forward.State != storage.ForwardDropped || !strings.Contains(r.Forward.Error, "was stopped before") {
			t.Fatalf("got %+v", r.Forward)
		}
	}
	if !g.hasActivity(storage.ActivityError, "17 receipts were not relayed: backchannel was stopped") {
		t.Error("no activity reports it")
	}
}

func TestForwardReportsReceiptsLeftByAKill(t *testing.T) {
	g := newRig(t, nil)
	waiting := storage.Receipt{ReceivedAt: time.Now(), Forward: storage.Forward{URL: "http://x.test", State: storage.ForwardWaiting}}
	if err := g.store.AddReceipt(t.Context(), &waiting, func([]storage.Earlier) {}); err != nil {
		t.Fatal(err)
	}
	g.stop()
	r, err := New(g.store, Config{Listen: "127.0.0.1:0", CA: g.ca})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Listen(); err != nil {
		t.Fatal(err)
	}
	g.Receiver = r
	g.serve()
	if got := g.relayed(); got.State != storage.ForwardDropped || !strings.Contains(got.Error, "was killed before") {
		t.Errorf("got %+v", got)
	}
}

func TestForwardWorksWithAResponseProfile(t *testing.T) {
	l := newLocal(t)
	g := newRig(t, forwarding(l.URL, 0))
	w := g.webhook(nil)
	g.setProfile(w, storage.Profile{Statuses: []int{503}})
	answer, receipt := g.post(w, event(t, w, storage.StatusSent))
	if got := g.relayed(); answer.StatusCode != http.StatusServiceUnavailable || receipt.Code != 503 || got.Code != http.StatusAccepted {
		t.Errorf("got answer %s, receipt %d, relayed %+v", answer.Status, receipt.Code, got)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
