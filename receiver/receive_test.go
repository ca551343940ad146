package receiver

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"testing"

	"backchannel/receiver/intake"
	"backchannel/storage"
)

func TestValidEventPassesEveryVerdict(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(func(w *storage.Webhook) {
		withJWT(w)
		w.Headers = []storage.HeaderField{{Name: "X-Tenant", Value: "luma"}, {Name: "X-Key", Value: "hunter2", Secret: true}, {Name: "X-Public-Token", Value: "1"}}
	})
	body := event(t, w, storage.StatusBounce)
	answer, _ := g.post(w, body, "Authorization", g.authorization(w), "X-Tenant", "luma", "X-Key", "hunter2", "X-Public-Token", "1",
		"X-Twice", "1", "X-Twice", "2", "X-Strange-Token", "x", "X-Stray", g.authorization(w))
	if answer.StatusCode != http.StatusNoContent || answer.body != "" {
		t.Errorf("got %s %q", answer.Status, answer.body)
	}
	got := g.finished()
	for _, v := range got.Verdicts.List() {
		if v.Result != storage.Pass {
			t.Errorf("%s: got %q: %s", v.Name, v.Result, v.Reason)
		}
	}
	sum := sha256.Sum256(body)
	if !bytes.Equal(got.Body, body) || got.SHA256 != hex.EncodeToString(sum[:]) {
		t.Errorf("got the receipt %q with SHA-256 %s", got.Body, got.SHA256)
	}
	if got.WebhookID != w.ID || got.Webhook != "acme" || got.Method != http.MethodPost || got.Path != "/feedback/myImsOrg/prod" ||
		got.Proto != "HTTP/1.1" || got.TLSVersion != "TLS 1.3" || got.Code != 204 || got.Outcome != storage.Answered || got.Duration <= 0 {
		t.Errorf("got the receipt %+v", got)
	}
	if got.Channel != "email" || got.Status != "bounce" || got.RetryCount != "0" || len(got.RequestID) != 32 || got.Identity == "" {
		t.Errorf("got the summary %q %q %q %q %q", got.Channel, got.Status, got.RetryCount, got.RequestID, got.Identity)
	}
	wantFields(t, got.Headers, "X-Twice: 1", "X-Twice: 2", "Host: "+strings.TrimPrefix(g.URL(), "https://"))
	for _, h := range got.Headers {
		if secret := slices.Contains([]string{"Authorization", "X-Key", "X-Strange-Token", "X-Stray"}, h.Name); h.Secret != secret {
			t.Errorf("%s: got secret %v, want %v", h.Name, h.Secret, secret)
		}
	}
}

func wantFields(t *testing.T, headers []storage.HeaderField, want ...string) {
	t.Helper()
	var lines []string
	for _, h := range headers {
		lines = append(lines, h.Name+": "+h.Value)
	}
	all := strings.Join(lines, "\n")
	for _, line := range want {
		if !strings.Contains(all, line) {
			t.Errorf("no %q among\n%s", line, all)
		}
	}
}

func TestAnswersFollowTheVerdicts(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(withJWT)
	plain := g.webhook(func(w *storage.Webhook) { w.Name, w.Sandbox.Name = "plain", "dev" })
	fromPlain := func(old, fresh string) []byte {
		return bytes.Replace(event(t, plain, storage.StatusSent), []byte(old), []byte(fresh), 1)
	}
	good := g.authorization(w)
	for _, c := range []struct {
		name           string
		to             *storage.Webhook
		body           []byte
		authorization  string
		code           int
		verdict, check string
	}{
		{"no token", w, event(t, w, storage.StatusSent), "", 401, "auth", "header"},
		{"bad token", w, event(t, w, storage.StatusSent), good + "x", 401, "auth", "signature"},
		{"bad token before bad body", w, []byte("{"), good + "x", 401, "auth", "signature"},
		{"no JSON", w, []byte("{"), good, 422, "schema", "json"},
		{"empty", plain, nil, "", 422, "schema", "json"},
		{"twice", plain, fromPlain(`"channel"`, `"requestId":"x","channel"`), "", 422, "schema", "keys /requestId"},
		{"key missing", plain, fromPlain(`"requestId"`, `"requestID"`), "", 422, "schema", "schema /requestId"},
		{"other organization", plain, fromPlain("myImsOrg", "another"), "", 422, "target", "imsOrg"},
		{"other sandbox", plain, event(t, w, storage.StatusSent), "", 422, "target", "sandbox"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var headers []string
			if c.authorization != "" {
				headers = []string{"Authorization", c.authorization}
			}
			answer, receipt := g.post(c.to, c.body, headers...)
			if answer.StatusCode != c.code || receipt.Code != c.code {
				t.Fatalf("got %d, kept %d, want %d: %s", answer.StatusCode, receipt.Code, c.code, answer.body)
			}
			p := answer.problem(t)
			if p.Verdict != c.verdict || p.Check != c.check || p.Status != c.code || *p.Receipt != receipt.ID {
				t.Errorf("got the problem %+v", p)
			}
			if c.name != "empty" && (p.Remedy == "" || p.Detail == "" || p.Title == "") {
				t.Errorf("the problem has no title, detail or remedy: %+v", p)
			}
		})
	}
}

func TestChallengeExplainsTheFault(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(withJWT)
	answer, _ := g.post(w, event(t, w, storage.StatusSent))
	wantHeader(t, answer.Header, "WWW-Authenticate", `Bearer realm="feedback"`)
	answer, _ = g.post(w, event(t, w, storage.StatusSent), "Authorization", "Bearer hunter2")
	got := answer.Header.Get("WWW-Authenticate")
	if !strings.HasPrefix(got, `Bearer realm="feedback", error="invalid_token", error_description="segments: `) || strings.Contains(got, "hunter2") {
		t.Errorf("WWW-Authenticate: %s", got)
	}
	if strings.Contains(answer.body, "hunter2") {
		t.Errorf("the answer reveals the token: %s", answer.body)
	}
	if got, want := describable("Bearer •••• \"x\" (RFC 7515 §2)\n"), "Bearer **** 'x' (RFC 7515 section 2)?"; got != want {
		t.Errorf("got the description %s, want %s", got, want)
	}
}

func TestRoutes(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(func(w *storage.Webhook) { w.Organization, w.Sandbox.Name = "a/b c%2F", "ü" })
	if w.FeedbackPath() != "/feedback/a%2Fb%20c%252F/%C3%BC" {
		t.Fatalf("the path is %s", w.FeedbackPath())
	}
	for _, c := range []struct {
		method, path string
		code         int
		matched      bool
		allow        string
		reason       string
	}{
		{"POST", w.FeedbackPath(), 204, true, "", ""},
		{"POST", w.FeedbackPath() + "?x=1&x=2", 204, true, "", ""},
		{"POST", "/feedback/a%2fb%20c%252F/%c3%bc", 204, true, "", ""},
		{"POST", "/feedback/a%2Fb%20c%2F/%C3%BC", 404, false, "", "webhook: expected /feedback/a%2Fb%20c%252F/%C3%BC, got organization \"a/b c/\", sandbox \"ü\""},
		{"POST", "/feedback/A/prod", 404, false, "", `organization "A", sandbox "prod"`},
		{"POST", "/feedback//prod", 404, false, "", "/feedback/ORGANIZATION/SANDBOX"},
		{"POST", "//feedback/a/prod", 404, false, "", `got "//feedback/a/prod"`},
		{"POST", w.FeedbackPath() + "/", 404, false, "", "path: expected"},
		{"POST", "/", 404, false, "", "path: expected"},
		{"POST", "/feedback/../healthz", 404, false, "", `organization "..", sandbox "healthz"`},
		{"GET", w.FeedbackPath(), 405, true, "POST", `method: expected POST, got "GET"`},
		{"PUT", w.FeedbackPath(), 405, true, "POST", `method: expected POST, got "PUT"`},
		{"OPTIONS", w.FeedbackPath(), 405, true, "POST", "method"},
		{"GET", "/feedback/no/where", 404, false, "", "webhook: expected"},
		{"POST", "/healthz", 405, false, "GET, HEAD", "method: expected GET, HEAD"},
	} {
		t.Run(c.method+" "+c.path, func(t *testing.T) {
			before := len(g.receipts())
			answer, err := g.do(c.method, c.path, bytes.NewReader(event(t, w, storage.StatusSent)))
			if err != nil {
				t.Fatal(err)
			}
			all := g.receipts()
			if answer.StatusCode != c.code || len(all) != before+1 {
				t.Fatalf("got %d, %d more receipts", answer.StatusCode, len(all)-before)
			}
			got := all[before]
			if got.Path != c.path || got.Method != c.method || got.Code != c.code || (got.WebhookID == w.ID) != c.matched {
				t.Errorf("got the receipt %s %s %d %s", got.Method, got.Path, got.Code, got.WebhookID)
			}
			wantHeader(t, answer.Header, "Allow", c.allow)
			if c.reason != "" {
				wantVerdict(t, "target", got.Verdicts.Target, storage.Fail, c.reason)
				wantVerdict(t, "auth", got.Verdicts.Auth, storage.NotApplicable, "not judged")
			}
		})
	}
}

func TestHealthIsNotRecorded(t *testing.T) {
	g := newRig(t, nil)
	for _, method := range []string{"GET", "HEAD"} {
		answer, err := g.do(method, "/healthz", nil)
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Errorf("%s: %v, %v", method, answer.Status, err)
		}
	}
	if got := g.receipts(); len(got) != 0 {
		t.Errorf("got %d receipts, want none", len(got))
	}
}

func TestRequestWithoutAWebhookIsRecorded(t *testing.T) {
	g := newRig(t, nil)
	answer, err := g.do("POST", "/feedback/a/b", strings.NewReader("{}"), "Authorization", "Bearer x")
	if err != nil || answer.StatusCode != http.StatusNotFound {
		t.Fatalf("%v, %v", answer.Status, err)
	}
	got := g.latest()
	wantVerdict(t, "target", got.Verdicts.Target, storage.Fail, "none exists yet")
	if string(got.Body) != "{}" || got.WebhookID != 0 {
		t.Errorf("got the receipt %q for %s", got.Body, got.WebhookID)
	}
	for _, h := range got.Headers {
		if h.Name == "Authorization" && !h.Secret {
			t.Error("the Authorization header of an unmatched request is not marked as secret")
		}
	}
}

func TestRequestThatCannotBeStoredIsRefused(t *testing.T) {
	var fail error
	g := newRig(t, func(_ *Config, s *Store) { *s = brokenStore{*s, func() error { return fail }} })
	w := g.webhook(nil)
	fail = errDisk
	answer, err := g.do("POST", w.FeedbackPath(), bytes.NewReader(event(t, w, storage.StatusSent)))
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusServiceUnavailable || !strings.Contains(answer.body, "could not store this request") || !strings.Contains(answer.body, errDisk.Error()) {
		t.Errorf("got %s %q", answer.Status, answer.body)
	}
	wantHeader(t, answer.Header, "Content-Type", "text/plain; charset=utf-8")
	if answer, err = g.do("POST", w.FeedbackPath(), strings.NewReader(strings.Repeat(" ", 2*intake.Small)), deliveryHeader, "00000000001"); err != nil || answer.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("%+v, %v", answer, err)
	}
	g.eventually("the slots for large bodies are free", func() bool { return g.feedback.bodies.InUse() == 0 })
	if g.feedback.unstored.Load() != 2 || len(g.receipts()) != 0 {
		t.Errorf("got %d unstored, %d receipts; want 2, 0", g.feedback.unstored.Load(), len(g.receipts()))
	}
	g.eventually("an activity reports it", func() bool { return g.hasActivity(storage.ActivityError, errDisk.Error()) })
}

// hasActivity reports whether an activity of a kind contains a text.
func (g *rig) hasActivity(kind storage.ActivityKind, text string) bool {
	g.t.Helper()
	all, err := g.store.Activities(g.t.Context(), 0, 100)
	if err != nil {
		g.t.Fatal(err)
	}
	for _, a := range all {
		if a.Kind == kind && strings.Contains(a.Text, text) {
			return true
		}
	}
	return false
}
