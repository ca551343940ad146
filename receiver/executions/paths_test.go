package executions

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"backchannel/storage"
)

func TestOtherPathsAndMethods(t *testing.T) {
	t.Parallel()
	g := newWorld(t)
	for _, c := range []struct {
		method, path string
		status       int
		allow        string
	}{
		{"GET", unitaryPath, 405, "POST"},
		{"PUT", highThroughputPath, 405, "POST"},
		{"POST", healthPath, 405, "GET, HEAD"},
		{"GET", tokenPath, 405, "POST"},
		{"POST", statusPath + "HUMA-00000001", 405, "GET, HEAD"},
		{"GET", audiencePath, 405, "POST"},
		{"POST", schedulesPath + "1", 405, "GET, HEAD, DELETE"},
		{"POST", audiencePath, 501, ""},
		{"GET", audiencePath + "/1", 501, ""},
		{"GET", schedulesPath + "1", 501, ""},
		{"DELETE", schedulesPath + "1", 501, ""},
		{"POST", unitaryPath + "/", 404, ""},
		{"POST", "/ajo/im/executions/Unitary", 404, ""},
		{"GET", "/ajo/", 404, ""},
		{"GET", statusPath, 404, ""},
		{"GET", statusPath + "a/b", 404, ""},
		{"GET", "/ims/token/v2", 404, ""},
	} {
		r := g.do(&try{method: c.method, path: c.path})
		answer := readError(t, r)
		if e := g.last(); r.StatusCode != c.status || answer.Status != c.status || r.Header.Get("Allow") != c.allow || e.Code != c.status || e.Path != c.path || e.Fault != answer.Title {
			t.Errorf("%s %s: %d %+v, Allow %q, recorded %+v", c.method, c.path, r.StatusCode, answer, r.Header.Get("Allow"), e)
		}
	}
}

func TestHealthIsNotStored(t *testing.T) {
	t.Parallel()
	g := newWorld(t)
	if r := g.do(&try{method: "GET", path: healthPath}); r.StatusCode != http.StatusOK || text(r) != `{"status":"UP"}` {
		t.Errorf("got %d", r.StatusCode)
	}
	if all, err := g.store.Executions(t.Context(), storage.ExecutionQuery{}); err != nil || len(all) != 0 {
		t.Errorf("stored %v, %v", all, err)
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	g := newWorld(t)
	id := g.accept(g.try())
	ask := func(change func(*try)) *http.Response {
		c := g.try()
		c.method, c.path, c.body = "GET", statusPath+id, ""
		c.header.Del("Content-Type")
		change(c)
		return g.do(c)
	}
	want := `{"executionId":"` + id + `","status":"PENDING","executionType":"unitary","executionRunMode":"default","source":{"campaignId":"` +
		g.campaign.UUID + `","campaignVersionId":"` + g.campaign.VersionID + `"},"requestId":"r-1","createdAt":"` + formatTime(g.now) + `"}`
	if r := ask(func(*try) {}); r.StatusCode != http.StatusOK || text(r) != want {
		t.Errorf("got %d, want %s", r.StatusCode, want)
	}
	for status, change := range map[int]func(*try){
		401: func(c *try) { c.header.Del("Authorization") },
		403: func(c *try) { c.header.Set("X-Api-Key", "invalid") },
		404: func(c *try) { c.path = statusPath + "HUMA-0000000" },
	} {
		if r := ask(change); r.StatusCode != status || g.last().Code != status {
			t.Errorf("got %d, want %d", r.StatusCode, status)
		}
	}
	if r := ask(func(c *try) { c.header.Set("X-Sandbox-Name", "dev") }); r.StatusCode != http.StatusNotFound {
		t.Errorf("another sandbox: got %d, want 404", r.StatusCode)
	}
	for _, m := range g.messages(g.last().ID) {
		t.Errorf("a status request has the message %+v", m)
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	g := newWorld(t)
	form := url.Values{"client_id": {"me"}, "client_secret": {"5ecret"}, "grant_type": {"client_credentials"}, "scope": {"openid"}}
	ask := func(kind string, form url.Values) *http.Response {
		return g.do(&try{method: "POST", path: tokenPath, header: http.Header{"Content-Type": {kind}}, body: form.Encode()})
	}
	const formType = "application/x-www-form-urlencoded; charset=utf-8"
	var made struct {
		Token   string `json:"access_token"`
		Type    string `json:"token_type"`
		Expires int    `json:"expires_in"`
	}
	r := ask(formType, form)
	g.must(json.Unmarshal([]byte(text(r)), &made))
	if r.StatusCode != http.StatusOK || made.Token == "" || made.Type != "bearer" || made.Expires != 86399 {
		t.Errorf("got %d %+v", r.StatusCode, made)
	}
	c := g.try()
	c.header.Set("Authorization", "Bearer "+made.Token)
	g.accept(c)
	g.now = g.now.Add(25 * time.Hour)
	if g.do(c); g.last().Fault != "401013" {
		t.Errorf("a day later: got fault %q, want 401013", g.last().Fault)
	}
	for _, c := range []struct {
		kind, field, value, code, says string
	}{
		{"application/json", "", "", "invalid_request", "Content-Type"},
		{formType, "client_id", "", "invalid_request", "client_id is missing"},
		{formType, "client_secret", "", "invalid_request", "client_secret is missing"},
		{formType, "grant_type", "", "invalid_request", "grant_type is missing"},
		{formType, "grant_type", "authorization_code", "unsupported_grant_type", "authorization_code"},
	} {
		bad := url.Values{}
		maps.Copy(bad, form)
		bad.Set(c.field, c.value)
		r := ask(c.kind, bad)
		if answer := text(r); r.StatusCode != http.StatusBadRequest || !strings.Contains(answer, `"error":"`+c.code+`"`) || !strings.Contains(answer, c.says) || g.last().Fault != c.code {
			t.Errorf("%s %q: %d %s", c.field, c.value, r.StatusCode, answer)
		}
	}
}

// FuzzBody checks that no body makes the parser panic, find recipients that it did not count, or
// answer with something other than JSON.
func FuzzBody(f *testing.F) {
	g := newWorld(f)
	for _, seed := range []string{g.try().body, `{"recipients":{}}`, `[`, "\xff", `{"requestId":"\ud800","recipients":[{},1,{"context":{}}]}`, `{"a":1,"a":2}`} {
		f.Add([]byte(seed), true)
	}
	f.Fuzz(func(t *testing.T, body []byte, highThroughput bool) {
		r := parseRequest(body, nil, highThroughput)
		if len(r.recipients) > r.count || len(r.recipients) > maxRecipients {
			t.Errorf("got %d recipients, counted %d", len(r.recipients), r.count)
		}
		r.findings = append(r.findings, r.checkNamespaces(g.campaign)...)
		bad := r.findings.problem()
		if bad == nil {
			if r.requestID == "" || r.campaignID == "" || r.count == 0 || !json.Valid(body) {
				t.Errorf("found nothing wrong with %q", body)
			}
			return
		}
		c := &call{h: g.handler, request: r}
		if a := c.problem(*bad); !json.Valid(a.body) {
			t.Errorf("got the answer %q, which is not JSON", a.body)
		}
	})
}
