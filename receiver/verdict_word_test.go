package receiver

import (
	"bytes"
	"context"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"backchannel/receiver/intake"
	"backchannel/storage"
	"backchannel/storage/storetest"
	"backchannel/storage/token"
)

// Each fault of a token has its own word, which lists show instead of the checks.
func TestWordsOfAuthFaults(t *testing.T) {
	key, err := token.ParseKey(token.HS256, []byte(testSecret))
	if err != nil {
		t.Fatal(err)
	}
	spec := token.Spec{Algorithm: token.HS256, Header: "Authorization", Prefix: "Bearer", Issuer: "us", Subject: "feedback", Audience: []string{"them"}, KeyID: "one", Lifetime: time.Hour}
	minter := storetest.Must(token.NewMinter(spec, key))
	forge := func(f token.Forgery) []string {
		return []string{"Bearer " + storetest.Must(minter.Forge(time.Now(), f))}
	}
	misbehave := func(f token.Fault) []string { return []string{storetest.Must(minter.Misbehave(time.Now(), f))} }
	other := func(change func(*token.Spec)) []string {
		theirs := spec
		change(&theirs)
		return []string{storetest.Must(storetest.Must(token.NewMinter(theirs, key)).HeaderValue(time.Now()))}
	}
	good := storetest.Must(minter.HeaderValue(time.Now()))
	parts := strings.Split(strings.TrimPrefix(good, "Bearer "), ".")
	headed := func(header string) []string {
		return []string{"Bearer " + base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + parts[1] + "." + parts[2]}
	}
	none := func(alg string) []string { return forge(token.Forgery{Unsigned: alg}) }
	seen := map[string]string{}
	for _, c := range []struct {
		fault, word string
		headers     [][]string
	}{
		{"no header", "miss", [][]string{nil}},
		{"two headers", "many", [][]string{{good, good}}},
		{"another scheme", "scheme", [][]string{{"Basic aGk="}, {parts[0]}, {""}, {"Bearer:" + parts[0]}}},
		{"a scheme alone", "bare", [][]string{{"Bearer"}, {"Bearer "}}},
		{"malformed", "form", [][]string{{"Bearer a.b"}, {good + ".x"}, {"Bearer " + good}, {"Bearer a.b.c"}, {good + "="}, headed("[]")}},
		{"an encrypted token", "jwe", [][]string{{"Bearer a.b.c.d.e"}}},
		{"too long", "long", [][]string{{"Bearer " + strings.Repeat("a", 1<<19)}}},
		{"alg none", "none", [][]string{misbehave(token.AlgNone), none("none"), none("NONE"), none("nOnE")}},
		{"no alg", "no alg", [][]string{headed(`{"typ":"JWT"}`)}},
		{"another alg", "alg", [][]string{headed(`{"alg":"HS512"}`), headed(`{"alg":7}`), headed(`{"alg":"nonesuch"}`), headed(`{"alg":"x, got alg \"none\""}`), headed(`{"alg":"hs256"}`)}},
		{"a critical extension", "crit", [][]string{headed(`{"alg":"HS256","crit":["x"]}`)}},
		{"another key", "sig", [][]string{misbehave(token.WrongKey), {good[:len(good)-3]}, headed(`{"alg":"HS256"}`)}},
		{"no signature", "no sig", [][]string{{"Bearer " + parts[0] + "." + parts[1] + "."}}},
		{"another kid", "kid", [][]string{other(func(s *token.Spec) { s.KeyID = "two" })}},
		{"no kid", "no kid", [][]string{other(func(s *token.Spec) { s.KeyID = "" })}},
		{"expired", "exp", [][]string{misbehave(token.Expired), forge(token.Forgery{ExpiredBy: time.Hour * 24 * 365})}},
		{"no exp", "no exp", [][]string{forge(token.Forgery{NoExpiry: true})}},
		{"not valid yet", "nbf", [][]string{misbehave(token.NotYetValid)}},
		{"another issuer", "iss", [][]string{forge(token.Forgery{Issuer: "no iss"})}},
		{"no issuer", "no iss", [][]string{other(func(s *token.Spec) { s.Issuer = "" })}},
		{"another subject", "sub", [][]string{other(func(s *token.Spec) { s.Subject = "x" })}},
		{"no subject", "no sub", [][]string{other(func(s *token.Spec) { s.Subject = "" })}},
		{"another audience", "aud", [][]string{misbehave(token.WrongAudience), forge(token.Forgery{Audience: "x, got no aud"})}},
		{"no audience", "no aud", [][]string{other(func(s *token.Spec) { s.Audience = nil })}},
	} {
		if twice := seen[c.word]; twice != "" {
			t.Errorf("%s and %s are both %q", twice, c.fault, c.word)
		}
		seen[c.word] = c.fault
		for _, headers := range c.headers {
			v := verdictOf("", token.Judge(spec, key, headers, time.Now()))
			if got := v.Word; got != c.word {
				t.Errorf("%s: got %q, want %q: %s", c.fault, got, c.word, v.Reason)
			}
			if len(v.Word) > 6 {
				t.Errorf("%q is too long for the column", v.Word)
			}
		}
	}
	if got := verdictOf("good", token.Judge(spec, key, []string{good}, time.Now())).Word; got != "" {
		t.Errorf("a valid token: got the word %q, want none", got)
	}
	if got := verdictOf("", token.Judge(spec, nil, []string{good}, time.Now())).Word; got != "key" {
		t.Errorf("without a key: got the word %q, want key", got)
	}
}

// An iat in the future cannot be forged without an nbf in the future, which is judged first.
func TestWordOfAnIssueTimeAhead(t *testing.T) {
	checks := []storage.Check{{Name: "nbf", Result: storage.NotApplicable}, {Name: "iat", Result: storage.Fail, Expected: "iat not ahead by more than 30 s", Actual: "iat 12:04:31Z is 99 s ahead; leeway 30 s"}}
	if got := failed(checks...).Word; got != "iat" {
		t.Errorf("got %q, want iat", got)
	}
}

func TestWordsOfSchemaFaults(t *testing.T) {
	body := sample(t)
	swap := func(old, with string) []byte { return bytes.Replace(body, []byte(old), []byte(with), 1) }
	rules := newSchemas()
	for _, c := range []struct {
		word string
		body []byte
	}{
		{"json", []byte("{")}, {"json", nil}, {"json", []byte("\xef\xbb\xbf{}")}, {"json", append(bytes.Clone(body), 'x')},
		{"keys", swap(`"channel"`, `"imsOrg":"x","channel"`)},
		{"keys", swap(`"channel"`, `"a: expected b":1,"a: expected b":2,"channel"`)},
		{"body", []byte("[]")},
		{"requestId", swap(`"requestId"`, `"requestID"`)},
		{"imsOrg", swap(`"myImsOrg"`, `null`)},
		{"feedbackStatus/value", swap(`"bounce"`, `"bounced"`)},
		{"messageDeliveryFeedback/retryCount", swap(`"retryCount":0`, `"retryCount":"0"`)},
		{"identityMap/email/0", swap(`{"id":"john.doe@luma.com","primary":true}`, `7`)},
		{"", body},
	} {
		v := rules.judge(storage.Classic, intake.Body{Bytes: c.body}, nil)
		if got := v.Word; got != c.word {
			t.Errorf("got %q, want %q: %s", got, c.word, v.Reason)
		}
	}
	for flaw, word := range map[storage.BodyFlaw]string{storage.BodyCut: "cut", storage.BodyOverLong: "long"} {
		if got := rules.judge(storage.Classic, intake.Body{Flaw: flaw, Reason: "a text"}, nil).Word; got != word {
			t.Errorf("got %q, want %q", got, word)
		}
	}
	if got := rules.judge(storage.Classic, intake.Body{Bytes: body}, []string{"gzip"}).Word; got != "coding" {
		t.Errorf("a compressed body: got the word %q, want coding", got)
	}
	if intake.MaxShown < 40 {
		t.Error("pointers are truncated so much that names are lost")
	}
}

// The store returns the words in lists, for which it does not read the checks.
func TestWordsWithoutChecks(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(withJWT)
	expired := storetest.Must(g.minter(w).Misbehave(time.Now(), token.Expired))
	g.post(w, event(t, w, storage.StatusSent), "Authorization", expired)
	g.post(w, []byte("{"), "Authorization", g.authorization(w))
	all := storetest.Must(g.store.Receipts(context.Background(), storage.ReceiptQuery{Limit: 2}))
	if len(all) != 2 || all[0].Verdicts.Schema.Word != "json" || all[0].Verdicts.Auth.Word != "" || all[1].Verdicts.Auth.Word != "exp" || all[1].Verdicts.Auth.Checks != nil {
		t.Errorf("got %+v", all)
	}
}

func TestWordOfAnUnreadableSecret(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(func(w *storage.Webhook) {
		withJWT(w)
		w.Auth.JWT.Secret = "env:NOWHERE_TO_BE_FOUND"
	})
	_, receipt := g.post(w, event(t, w, storage.StatusSent), "Authorization", "Bearer a.b.c")
	if got := receipt.Verdicts.Auth.Word; got != "key" {
		t.Errorf("got %q, want key: %s", got, receipt.Verdicts.Auth.Reason)
	}
}
