package executions

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"backchannel/storage"
)

var answered = regexp.MustCompile(`^\{"executionId":"(HUMA-[0-9]{8})","requestId":"([^"]*)","createdAt":"([^"]*)"\}$`)

// accept makes a call that must be accepted and returns its executionId.
func (g *world) accept(c *try) string {
	g.Helper()
	r := g.do(c)
	answer := text(r)
	found := answered.FindStringSubmatch(answer)
	if r.StatusCode != http.StatusAccepted || found == nil || r.Header.Get("Content-Type") != "application/json" {
		g.Fatalf("got %d %s", r.StatusCode, answer)
	}
	return found[1]
}

func TestAcceptedCallIsStoredWithItsEvents(t *testing.T) {
	t.Parallel()
	g := newWorld(t)
	c := g.try()
	c.body = g.payload("r-1", person("a@example.com", ""), person("bounce@example.com", `,"attachments":[1]`), person("nobody", ""))
	c.header.Set("X-Request-Id", "x-1")
	r := g.do(c)
	answer := answered.FindStringSubmatch(text(r))
	if answer == nil || answer[2] != "r-1" || answer[3] != g.now.UTC().Format("2006-01-02T15:04:05.000Z") || r.Header.Get("X-Request-Id") != "x-1" {
		t.Fatalf("got %d %v", r.StatusCode, answer)
	}
	e := g.last()
	if r.Header.Get(storage.ExecutionHeader) != e.ID.String() || e.ExecutionID != answer[1] || e.Code != 202 || e.Recipients != 3 || e.Messages != 3 || e.Events != 3 ||
		e.Campaign != "Orders" || e.VersionID != g.campaign.VersionID || e.Silent != "" || string(e.Body) != c.body || !answered.Match(e.AnswerBody) {
		t.Errorf("got the record %+v", e)
	}
	all := g.messages(e.ID)
	if len(all) != 3 || len(all[0].Events) != 2 || len(all[1].Events) != 1 || all[1].Events[0].Status != storage.StatusBounce || all[2].State != storage.MessageExcluded {
		t.Fatalf("messages %+v", all)
	}
	for _, m := range all {
		for _, event := range m.Events {
			if !event.DueAt.After(g.now) || event.DeliveryID == 0 {
				t.Errorf("event %+v is not planned", event)
			}
		}
	}
}

func TestGatewayRequestIDIsUsedAsRequestID(t *testing.T) {
	t.Parallel()
	g := newWorld(t)
	g.edit(func(c *storage.Campaign) { c.RequestIDFrom = storage.FromGateway })
	r := g.do(g.try())
	id := r.Header.Get("X-Request-Id")
	if !regexp.MustCompile(`^[A-Za-z0-9]{32}$`).MatchString(id) || g.last().XRequestID != id {
		t.Fatalf("x-request-id %q, recorded %q", id, g.last().XRequestID)
	}
	d, err := g.store.Delivery(t.Context(), g.messages(g.last().ID)[0].Events[0].DeliveryID)
	if g.must(err); d.RequestID != id {
		t.Errorf("the event: got requestId %q, want %q", d.RequestID, id)
	}
}

func TestRepeatedCallGetsTheFirstAnswer(t *testing.T) {
	t.Parallel()
	g := newWorld(t)
	c := g.try()
	c.header.Set("X-Request-Id", "x-1")
	first := g.accept(c)
	c.body = "broken" // it is not read
	if again := g.accept(c); again != first || g.last().RepeatOf == 0 || len(g.messages(g.last().ID)) != 0 || !strings.Contains(g.last().Silent, "x-request-id") {
		t.Errorf("got executionId %s, want %s; recorded %+v", again, first, g.last())
	}
	c.header.Del("X-Sandbox-Name") // another sandbox
	if g.do(c); g.last().Fault != "Missing header x-sandbox-name" {
		t.Errorf("got fault %q", g.last().Fault)
	}
	c = g.try()
	c.header.Set("X-Request-Id", "x-1")
	g.now = g.now.Add(storage.RepeatWindow + time.Second)
	if again := g.accept(c); again == first {
		t.Error("the answer is remembered for more than 24 hours")
	}
}

func TestRepeatedRequestIDIsIgnoredOrAccepted(t *testing.T) {
	t.Parallel()
	g := newWorld(t)
	first := g.accept(g.try())
	g.edit(func(c *storage.Campaign) { c.Repeat = storage.RepeatIgnore })
	if again := g.accept(g.try()); again != first || g.last().Accepted() || g.last().Silent == "" {
		t.Errorf("ignored: %s after %s, recorded %+v", again, first, g.last())
	}
	g.edit(func(c *storage.Campaign) { c.Repeat = storage.RepeatAccept })
	if again := g.accept(g.try()); again == first || !g.last().Accepted() || g.last().Events != 2 {
		t.Errorf("accepted: %s after %s, recorded %+v", again, first, g.last())
	}
}

func TestCallWithoutEventsIsExplained(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		breakIt func(*world, *try)
		why     string
	}{
		"off":        {campaign(func(c *storage.Campaign) { c.Webhooks = false }), "Enable webhooks is off"},
		"no webhook": {func(g *world, _ *try) { g.must(g.deleteWebhook()) }, "there is no webhook"},
		"channel": {func(g *world, _ *try) {
			g.webhook.Channels = []storage.Channel{storage.SMS}
			g.must(g.store.SaveWebhooks(g.Context(), g.webhook))
		}, "does not have the channel email"},
		"excluded": {to(person("nobody", ""), person("excluded@example.com", "")), "050020 EmailNoAddressFoundInProfile (1), 050107 Suppressed (1)"},
	} {
		g := newWorld(t)
		c := g.try()
		g.accept(c)
		c = g.try()
		c.body = g.payload("r-2", person("a@example.com", ""))
		test.breakIt(g, c)
		c.body = strings.Replace(c.body, `"r-1"`, `"r-2"`, 1)
		g.accept(c)
		if e := g.last(); !strings.Contains(e.Silent, test.why) || !strings.Contains(e.Silent, ";") || e.Events != 0 || e.Messages == 0 {
			t.Errorf("%s: recorded %+v", name, e)
		}
		activities, err := g.store.Activities(t.Context(), 0, 0)
		if g.must(err); !strings.Contains(activities[len(activities)-1].Text, test.why) {
			t.Errorf("%s: the activity says %q", name, activities[len(activities)-1].Text)
		}
	}
}

// A call is answered even if the webhook is deleted between planning and storing.
func TestWebhookIsDeletedDuringACall(t *testing.T) {
	t.Parallel()
	g := newWorld(t)
	g.counted.before = g.deleteWebhook
	g.accept(g.try())
	if e := g.last(); e.Events != 0 || e.Messages != 1 || !strings.Contains(e.Silent, "no webhook") {
		t.Errorf("got the record %+v", e)
	}
}

func TestCallsDoNotReadTheCampaigns(t *testing.T) {
	t.Parallel()
	g := newWorld(t)
	for i := range 5 {
		c := g.try()
		c.body = strings.Replace(c.body, "r-1", fmt.Sprint("r-", i), 1)
		g.accept(c)
	}
	if g.counted.reads != 1 {
		t.Errorf("5 calls read the campaigns %d times, want once", g.counted.reads)
	}
	g.edit(func(c *storage.Campaign) { c.Status = storage.CampaignStopped })
	if r := g.do(g.try()); r.StatusCode != http.StatusBadRequest || g.counted.reads != 2 {
		t.Errorf("after the campaign was stopped: %d, %d reads", r.StatusCode, g.counted.reads)
	}
}

func TestCallThatCannotBeStoredIsRefused(t *testing.T) {
	t.Parallel()
	g := newWorld(t)
	var recorded error
	g.handler.cfg.Unstored = func(_ string, err error) { recorded = err }
	for _, refusal := range []error{storage.ErrDiskFull, storage.ErrClosed, storage.ErrShortage} {
		g.counted.before = func() error { return fmt.Errorf("store execution: %w", refusal) }
		r := g.do(g.try())
		if r.StatusCode != http.StatusServiceUnavailable || !strings.Contains(r.Header.Get(storage.UnstoredHeader), refusal.Error()) || !errors.Is(recorded, refusal) {
			t.Errorf("%v: answered %d %s", refusal, r.StatusCode, text(r))
		}
	}
	g.accept(g.try()) // the next call can be stored
}

func TestSecretsAreSealed(t *testing.T) {
	t.Parallel()
	g := newWorld(t)
	c := g.try()
	c.header.Set("Authorization", "Bearer tok-5ecret-tok")
	c.header.Set("X-Api-Key", "key-5ecret-key")
	g.accept(c)
	for _, h := range g.last().Headers {
		if secret := h.Name == "Authorization" || h.Name == "X-Api-Key"; h.Secret != secret {
			t.Errorf("%s: secret %v", h.Name, h.Secret)
		}
	}
	r := g.do(&try{method: "POST", path: tokenPath + "?client_secret=url-5ecret-url", header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
		body: "client_id=me&client_secret=form-5ecret-form&grant_type=client_credentials"})
	_ = text(r)
	r = g.do(&try{method: "POST", path: tokenPath, header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
		body: "client_id=me&client_secret=form-5ecret-form&grant_type=client_credentials"})
	var made struct {
		Token string `json:"access_token"`
	}
	g.must(json.Unmarshal([]byte(text(r)), &made))
	if e := g.last(); !e.Sealed || !strings.Contains(string(e.Body), "form-5ecret-form") {
		t.Errorf("got the record %+v", e)
	}
	files, err := filepath.Glob(filepath.Join(g.store.Dir(), "backchannel.db*"))
	g.must(err)
	for _, file := range files {
		content, err := os.ReadFile(file)
		g.must(err)
		for _, secret := range []string{"tok-5ecret", "key-5ecret", "url-5ecret", "form-5ecret", made.Token} {
			if bytes.Contains(content, []byte(secret)) {
				t.Errorf("%s contains %s", filepath.Base(file), secret)
			}
		}
	}
}

func TestRates(t *testing.T) {
	t.Parallel()
	for _, highThroughput := range []bool{false, true} {
		most := unitaryRate
		if highThroughput {
			most = highThroughputRate
		}
		r, now := newRates(), time.Now()
		for i := range most {
			if !r.allow("a", highThroughput, now.Add(time.Duration(i)*time.Microsecond)) {
				t.Fatalf("call %d was refused", i)
			}
		}
		late := now.Add(time.Second - time.Nanosecond)
		if r.allow("a", highThroughput, late) || !r.allow("b", highThroughput, late) || !r.allow("a", !highThroughput, late) {
			t.Error("calls of organizations and endpoints are not counted separately")
		}
		if next := now.Add(time.Second); !r.allow("a", highThroughput, next) || r.allow("a", highThroughput, next) {
			t.Error("a call does not allow another one after a second")
		}
	}
}
