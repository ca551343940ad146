package executions

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"backchannel/storage"
)

func jwt(exp string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"RS256"}`)) + "." + encode([]byte(`{"exp":`+exp+`}`)) + ".c2ln"
}

// A faultTest breaks a valid call in one way. The tests are in the order in which the faults are
// checked.
type faultTest struct {
	name    string
	breakIt func(g *world, c *try)
	status  int
	fault   string   // of the record
	places  []string // the keys of additionalContext except requestId and campaignId
	says    string   // part of the text at the first place
}

func gatewayTests() []faultTest {
	return []faultTest{
		{name: "two Authorization headers", breakIt: func(_ *world, c *try) { c.header.Add("Authorization", "Bearer other") }, status: 400, fault: "400 Bad Request"},
		{name: "no token", breakIt: func(_ *world, c *try) { c.header.Del("Authorization") }, status: 401, fault: "403010"},
		{name: "no bearer token", breakIt: func(_ *world, c *try) { c.header.Set("Authorization", "Basic dXNlcjpwYXNz") }, status: 401, fault: "403010"},
		{name: "an empty token", breakIt: func(_ *world, c *try) { c.header.Set("Authorization", "Bearer ") }, status: 401, fault: "403010"},
		{name: "token expired", breakIt: func(_ *world, c *try) { c.header.Set("Authorization", "Bearer expired") }, status: 401, fault: "401013"},
		{name: "JWT expired", breakIt: func(g *world, c *try) {
			c.header.Set("Authorization", fmt.Sprintf("bearer %s", jwt(fmt.Sprint(g.now.Unix()))))
		}, status: 401, fault: "401013"},
		{name: "no key", breakIt: func(_ *world, c *try) { c.header.Del("X-Api-Key") }, status: 403, fault: "403000"},
		{name: "invalid key", breakIt: func(_ *world, c *try) { c.header.Set("X-Api-Key", "invalid") }, status: 403, fault: "403003"},
		{name: "no organization", breakIt: func(_ *world, c *try) { c.header.Del("X-Gw-Ims-Org-Id") }, status: 400, fault: "400003"},
		{name: "another organization", breakIt: func(_ *world, c *try) { c.header.Set("X-Gw-Ims-Org-Id", "myimsorg") }, status: 403, fault: "403025"},
		{name: "too many calls", breakIt: func(g *world, c *try) {
			for range highThroughputRate {
				g.handler.rates.allow(c.header.Get("X-Gw-Ims-Org-Id"), c.path == highThroughputPath, g.now)
			}
		}, status: 429, fault: "429050"},
		{name: "no Content-Type", breakIt: func(_ *world, c *try) { c.header.Del("Content-Type") }, status: 400, fault: "BadRequestError"},
		{name: "Content-Type of a form", breakIt: func(_ *world, c *try) { c.header.Set("Content-Type", "application/x-www-form-urlencoded") }, status: 400, fault: "BadRequestError"},
	}
}

// body replaces the first occurrence of a text in the body.
func body(from, to string) func(*world, *try) {
	return func(g *world, c *try) {
		if !strings.Contains(c.body, from) {
			g.Fatalf("the body does not contain %s", from)
		}
		c.body = strings.Replace(c.body, from, to, 1)
	}
}

func campaign(change func(*storage.Campaign)) func(*world, *try) {
	return func(g *world, _ *try) { g.edit(change) }
}

func to(recipients ...string) func(*world, *try) {
	return func(g *world, c *try) { c.body = g.payload("r-1", recipients...) }
}

func person(userID, more string) string {
	return `{"type":"aep","userId":"` + userID + `","namespace":"email"` + more + `}`
}

func people(n int) (all []string) {
	for i := range n {
		all = append(all, person(fmt.Sprintf("p%d@example.com", i), ""))
	}
	return all
}

func serviceTests() []faultTest {
	const invalid, parsing = "Invalid request", "JSON parsing error"
	return []faultTest{
		{"no sandbox", func(_ *world, c *try) { c.header.Del("X-Sandbox-Name") }, 400, "Missing header x-sandbox-name", []string{"x-sandbox-name"}, "send the sandbox"},
		{"over 1 MiB", func(_ *world, c *try) { c.body += strings.Repeat(" ", 1<<20) }, 413, "Request body too large", []string{"body"}, "1048576"},
		{"no body", func(_ *world, c *try) { c.body = "" }, 400, parsing, []string{"body"}, "empty"},
		{"not JSON", func(_ *world, c *try) { c.body = "requestId=1" }, 400, parsing, []string{"body"}, "line 1"},
		{"an array", func(_ *world, c *try) { c.body = "[" + c.body + "]" }, 400, parsing, []string{"body"}, "an array"},
		{"trailing bytes", func(_ *world, c *try) { c.body += "{}" }, 400, parsing, []string{"body"}, "after"},
		{"not UTF-8", body("a@example", "\xff@example"), 400, parsing, []string{"body"}, "UTF-8"},
		{"a byte order mark", func(_ *world, c *try) { c.body = "\ufeff" + c.body }, 400, parsing, []string{"body"}, "byte order mark"},
		{"too deep", body(`"namespace"`, `"context":{"a":`+strings.Repeat("[", 2000)+strings.Repeat("]", 2000)+`},"namespace"`), 400, parsing, []string{"body"}, "deep"},
		{"a key twice", body(`"requestId":"r-1"`, `"requestId":"r-1","requestId":"r-2"`), 400, parsing, []string{"/requestId"}, "second time"},
		{"a key twice in a context", body(`"namespace"`, `"context":{"a":1,"a":2},"namespace"`), 400, parsing, []string{"/recipients/0/context/a"}, "once"},
		{"compressed", func(_ *world, c *try) { c.header.Set("Content-Encoding", "gzip") }, 400, parsing, []string{"body"}, "gzip"},
		{"no requestId", body(`"requestId":"r-1",`, ``), 400, invalid, []string{"/requestId"}, "nothing"},
		{"a key in another letter case", body(`"requestId"`, `"requestid"`), 400, invalid, []string{"/requestId"}, "letter case"},
		{"an empty requestId", body(`"r-1"`, `" "`), 400, invalid, []string{"/requestId"}, "not empty"},
		{"a number as requestId", body(`"r-1"`, `1`), 400, invalid, []string{"/requestId"}, "a number"},
		{"a lone surrogate as requestId", body(`"r-1"`, `"\ud800"`), 400, invalid, []string{"/requestId"}, "surrogate"},
		{"null as campaignId", func(g *world, c *try) { body(`"`+g.campaign.UUID+`"`, `null`)(g, c) }, 400, invalid, []string{"/campaignId"}, "null"},
		{"no recipients", func(_ *world, c *try) {
			before, _, _ := strings.Cut(c.body, `,"recipients"`)
			c.body = before + "}"
		}, 400, invalid, []string{"/recipients"}, "nothing"},
		{"an object as recipients", func(_ *world, c *try) { c.body = strings.NewReplacer("[", "", "]", "").Replace(c.body) }, 400, invalid, []string{"/recipients"}, "an object"},
		{"an empty array", to(), 400, invalid, []string{"/recipients"}, "none"},
		{"21 recipients", to(people(21)...), 400, invalid, []string{"/recipients"}, "21"},
		{"a string as recipient", to(`"a@example.com"`), 400, invalid, []string{"/recipients/0"}, "a string"},
		{"an empty recipient", to(`{}`), 400, invalid, []string{"/recipients/0/namespace", "/recipients/0/type", "/recipients/0/userId"}, "nothing"},
		{"another type", body(`"aep"`, `"AEP"`), 400, invalid, []string{"/recipients/0/type"}, "aep or external"},
		{"an object as namespace", body(`"namespace":"email"`, `"namespace":{"code":"email"}`), 400, invalid, []string{"/recipients/0/namespace"}, "an object"},
		{"a string as channelData", to(person("a", `,"channelData":"a@example.com"`)), 400, invalid, []string{"/recipients/0/channelData"}, "a string"},
		{"a number as address", to(person("a", `,"channelData":{"mobilePhoneNumber":15555550123}`)), 400, invalid, []string{"/recipients/0/channelData/mobilePhoneNumber"}, "a number"},
		{"an array as profile", to(person("a", `,"profile":[]`)), 400, invalid, []string{"/recipients/0/profile"}, "an array"},
		{"a string as context", to(person("a", `,"context":"x"`)), 400, invalid, []string{"/recipients/0/context"}, "a string"},
		{"aep on highthroughput", func(g *world, c *try) {
			c.path = highThroughputPath
			g.edit(func(c *storage.Campaign) { c.HighThroughput = true })
		}, 400, invalid, []string{"/recipients/0/type"}, "external"},
		{"the same userId", to(person("a", ""), person("b", ""), person("a", "")), 400, "Duplicate recipients", []string{"/recipients/2/userId"}, "recipient 0"},
		{"namespaces differ", to(person("a", ""), `{"type":"aep","userId":"b","namespace":"crmId"}`), 400, "Invalid namespace", []string{"/recipients/1/namespace"}, "crmId"},
		{"not the campaign's namespace", campaign(func(c *storage.Campaign) { c.Identity = "crmId" }), 400, "Invalid namespace", []string{"/recipients/0/namespace"}, "the namespace of the campaign"},
		{"context too large", to(person("a", `,"context":{"a":"`+strings.Repeat("x", 100_000)+`"}`), person("b", `,"context":{"b":"`+strings.Repeat("x", 100_000)+`"}`)),
			400, "Contextual data too large", []string{"/recipients"}, "200,0"},
		{"no such campaign", func(g *world, c *try) { body(g.campaign.UUID, "e7f6c7a8-0000-4000-8000-000000000000")(g, c) }, 404, "Cannot find the Campaign", []string{"/campaignId"}, "e7f6c7a8"},
		{"another sandbox", func(_ *world, c *try) { c.header.Set("X-Sandbox-Name", "dev") }, 404, "Cannot find the Campaign", []string{"/campaignId"}, `"dev"`},
		{"a draft", campaign(func(c *storage.Campaign) { c.Status = storage.CampaignDraft }), 400,
			"Campaign must be in LIVE status to execute. Current status: DRAFT", []string{"/campaignId"}, "activate"},
		{"a stopped campaign", campaign(func(c *storage.Campaign) { c.Status = storage.CampaignStopped }), 400,
			"Campaign must be in LIVE status to execute. Current status: STOPPED", []string{"/campaignId"}, "duplicate"},
		{"too early", func(g *world, _ *try) { g.edit(func(c *storage.Campaign) { c.Start = g.now.Add(time.Millisecond) }) }, 400,
			"Campaign is outside its start and end dates", []string{"/campaignId"}, "from"},
		{"too late", func(g *world, _ *try) { g.edit(func(c *storage.Campaign) { c.End = g.now }) }, 400,
			"Campaign is outside its start and end dates", []string{"/campaignId"}, "before"},
		{"a marketing campaign", campaign(func(c *storage.Campaign) { c.Category, c.Webhooks = storage.Marketing, false }), 400,
			"Campaign type does not match the endpoint", []string{"/campaignId"}, "marketing"},
		{"high throughput on unitary", campaign(func(c *storage.Campaign) { c.HighThroughput = true }), 400,
			"Campaign type does not match the endpoint", []string{"path"}, highThroughputPath},
		{"unitary on high throughput", func(g *world, c *try) { c.path = highThroughputPath; body(`"aep"`, `"external"`)(g, c) }, 400,
			"Campaign type does not match the endpoint", []string{"path"}, unitaryPath},
		{"an unknown profile", func(g *world, c *try) {
			g.edit(func(c *storage.Campaign) { c.CreateProfiles = false })
			to(person("a@example.com", ""), person("unknown-profile@example.com", ""))(g, c)
		}, 404, "Cannot find the Profile", []string{"/recipients/1"}, "Create new profiles"},
		{"a repeated requestId", func(g *world, _ *try) {
			if r := g.do(g.try()); r.StatusCode != http.StatusAccepted {
				g.Fatalf("the first call was answered %d", r.StatusCode)
			}
			g.now = g.now.Add(storage.RepeatWindow)
		}, 409, "Duplicate requestId", []string{"/requestId"}, "HUMA-"},
	}
}

func TestGatewayFaults(t *testing.T) {
	t.Parallel()
	for _, test := range gatewayTests() {
		g := newWorld(t)
		c := g.try()
		test.breakIt(g, c)
		r := g.do(c)
		answer := text(r)
		if r.StatusCode != test.status || g.last().Code != test.status || g.last().Fault != test.fault {
			t.Errorf("%s: got %d %s, recorded %d %q", test.name, r.StatusCode, answer, g.last().Code, g.last().Fault)
		}
		switch {
		case len(test.fault) == 6 && !strings.HasPrefix(answer, `{"error_code":"`+test.fault+`","message":"`):
			t.Errorf("%s: said %s", test.name, answer)
		case test.status == http.StatusTooManyRequests && r.Header.Get("Retry-After") != "1":
			t.Errorf("%s: headers %v", test.name, r.Header)
		case test.fault == "400 Bad Request" && (r.Header.Get("Content-Type") != "text/html" || !strings.HasPrefix(answer, "<html>")):
			t.Errorf("%s: %s", test.name, answer)
		}
	}
}

func TestServiceFaults(t *testing.T) {
	t.Parallel()
	for _, test := range serviceTests() {
		g := newWorld(t)
		c := g.try()
		test.breakIt(g, c)
		r := g.do(c)
		answer := readError(t, r)
		kept := g.last()
		if r.StatusCode != test.status || answer.Status != test.status || answer.Title != test.fault || answer.Message != test.fault {
			t.Errorf("%s: got %d, %+v", test.name, r.StatusCode, answer)
		}
		if kept.Code != test.status || kept.Fault != test.fault || kept.ExecutionID != "" || len(g.messages(kept.ID)) > 0 {
			t.Errorf("%s: recorded %+v", test.name, kept)
		}
		if !strings.HasPrefix(answer.Type, "https://ns.adobe.com/aep/errors/BCH-0000") || !strings.HasSuffix(answer.Type, fmt.Sprintf("-%d", test.status)) {
			t.Errorf("%s: type %s", test.name, answer.Type)
		}
		places := answer.Report.AdditionalContext
		delete(places, "requestId")
		delete(places, "campaignId")
		if got := slices.Sorted(maps.Keys(places)); !slices.Equal(got, test.places) || !strings.Contains(places[test.places[0]], test.says) {
			t.Errorf("%s: says %v", test.name, places)
		}
		for at, what := range places {
			if !strings.HasPrefix(what, "expected ") || !strings.Contains(what, ", got ") || !strings.Contains(what, "; ") {
				t.Errorf("%s: %s says %q", test.name, at, what)
			}
		}
	}
}

// A call with two faults is answered with the one that is checked first.
func TestFirstFaultIsAnswered(t *testing.T) {
	t.Parallel()
	gateway, service := gatewayTests(), serviceTests()
	for i, first := range gateway {
		for _, second := range append(slices.Clone(gateway[i+1:min(i+2, len(gateway))]), service[0], service[5]) {
			if second.status == http.StatusUnauthorized && (first.status == second.status || strings.HasPrefix(first.name, "two")) {
				continue // one header cannot be wrong in two ways
			}
			g := newWorld(t)
			c := g.try()
			second.breakIt(g, c)
			first.breakIt(g, c)
			if g.do(c); g.last().Fault != first.fault {
				t.Errorf("%s and %s: fault %q", first.name, second.name, g.last().Fault)
			}
		}
	}
	draft := campaign(func(c *storage.Campaign) { c.Status = storage.CampaignDraft })
	late := func(g *world, _ *try) { g.edit(func(c *storage.Campaign) { c.End = g.now }) }
	bulk := campaign(func(c *storage.Campaign) { c.HighThroughput = true })
	for _, test := range []struct {
		name          string
		first, second func(*world, *try)
		fault         string
	}{
		{"sandbox, JSON", service[0].breakIt, body("{", "["), service[0].fault},
		{"duplicate key, missing", body(`"requestId":"r-1"`, `"x":1,"x":2`), func(*world, *try) {}, "JSON parsing error"},
		{"missing, duplicate", to(person("a", ""), person("a", "")), body(`"requestId":"r-1",`, ``), "Invalid request"},
		{"duplicate, namespace", to(person("a", ""), `{"type":"aep","userId":"a","namespace":"crmId"}`), func(*world, *try) {}, "Duplicate recipients"},
		{"namespace, draft", to(`{"type":"aep","userId":"a","namespace":"crmId"}`), draft, "Invalid namespace"},
		{"draft, late", draft, late, "Campaign must be in LIVE status to execute. Current status: DRAFT"},
		{"late, type", late, bulk, "Campaign is outside its start and end dates"},
		{"type, profile", bulk, func(g *world, c *try) {
			g.edit(func(c *storage.Campaign) { c.CreateProfiles = false })
			to(person("unknown-profile@example.com", ""))(g, c)
		}, "Campaign type does not match the endpoint"},
	} {
		g := newWorld(t)
		c := g.try()
		test.first(g, c)
		test.second(g, c)
		if g.do(c); g.last().Fault != test.fault {
			t.Errorf("%s: got fault %q", test.name, g.last().Fault)
		}
	}
}

func TestAllFaultsOfABodyAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	g := newWorld(t)
	c := g.try()
	c.body = `{"campaignId":"` + g.campaign.UUID + `","recipients":[` + person("a", `,"context":{"k":"`+strings.Repeat("x", maxContext)+`"}`) + `,` +
		person("a", "") + `,{"type":"AEP","userId":"c","namespace":"crmId","profile":7}]}`
	answer := readError(t, g.do(c))
	if answer.Title != "Invalid request" {
		t.Errorf("title %q", answer.Title)
	}
	want := []string{"/recipients", "/recipients/1/userId", "/recipients/2/namespace", "/recipients/2/profile", "/recipients/2/type", "/requestId", "campaignId"}
	if got := slices.Sorted(maps.Keys(answer.Report.AdditionalContext)); !slices.Equal(got, want) {
		t.Errorf("says %v of %v", answer.Report.AdditionalContext, got)
	}
	for body, want := range map[string][]string{ // together with faults of the campaign
		`{"campaignId":"none","recipients":[]}`: {"/campaignId", "/recipients", "/requestId", "campaignId"},
		`{"campaignId":"none","requestId":"r","recipients":[` + person("a", "") + `,` + person("a", "") + `]}`: {"/campaignId", "/recipients/1/userId", "campaignId", "requestId"},
		`{"campaignId":"","requestId":"r","recipients":[]}`:                                                    {"/campaignId", "/recipients", "requestId"},
		`{"campaignId":7,"requestId":"r","recipients":[]}`:                                                     {"/campaignId", "/recipients", "requestId"},
	} {
		c.body = body
		answer := readError(t, g.do(c))
		if got := slices.Sorted(maps.Keys(answer.Report.AdditionalContext)); answer.Title == noCampaign().title || !slices.Equal(got, want) {
			t.Errorf("%s: says %v of %v", body, answer.Report.AdditionalContext, got)
		}
	}
}
