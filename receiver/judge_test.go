package receiver

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"backchannel/fixtures"
	"backchannel/receiver/intake"
	"backchannel/storage"
	"backchannel/storage/token"
)

func TestJudgeAuth(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(withJWT)
	minter := g.minter(w)
	bad := func(fault token.Fault) string {
		value, err := minter.Misbehave(time.Now(), fault)
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
	good := g.authorization(w)
	for _, c := range []struct{ name, value, check, remedy string }{
		{"none", "", "header: expected exactly one Authorization header, got no", "switch JWT authentication on"},
		{"basic", "Basic aGVsbG8=", "prefix: ", "put \"Bearer\""},
		{"two segments", "Bearer a.b", "segments: ", "whole"},
		{"garbage", "Bearer a.b.c", "decode: ", "base64"},
		{"expired", bad(token.Expired), "exp: ", "clock is slow or the token is cached too long"},
		{"not yet valid", bad(token.NotYetValid), "nbf: ", "clock is fast"},
		{"wrong key", bad(token.WrongKey), "signature: ", "same key on both sides"},
		{"wrong audience", bad(token.WrongAudience), "aud: ", "meant for someone else"},
		{"alg none", bad(token.AlgNone), "alg: ", "never accept none"},
		{"good", good, "", ""},
		{"letter case of the scheme", strings.Replace(good, "Bearer", "BEARER", 1), "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var headers []string
			if c.value != "" {
				headers = []string{"Authorization", c.value}
			}
			answer, receipt := g.post(w, event(t, w, storage.StatusSent), headers...)
			v := receipt.Verdicts.Auth
			if len(v.Checks) != len(token.CheckNames()) {
				t.Errorf("got %d checks, want %d", len(v.Checks), len(token.CheckNames()))
			}
			if c.check == "" {
				wantVerdict(t, "auth", v, storage.Pass, "HS256")
				return
			}
			wantVerdict(t, "auth", v, storage.Fail, c.check)
			wantVerdict(t, "auth", v, storage.Fail, c.remedy)
			if answer.StatusCode != http.StatusUnauthorized {
				t.Errorf("got %s", answer.Status)
			}
		})
	}
}

func TestJudgeAuthWithoutAuthentication(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(nil)
	_, receipt := g.post(w, event(t, w, storage.StatusSent))
	wantVerdict(t, "auth", receipt.Verdicts.Auth, storage.NotApplicable, "the webhook has no authentication")
	answer, receipt := g.post(w, event(t, w, storage.StatusSent), "Authorization", "Bearer x")
	wantVerdict(t, "auth", receipt.Verdicts.Auth, storage.NotApplicable, "an Authorization header arrived anyway")
	if answer.StatusCode != http.StatusNoContent {
		t.Errorf("got %s", answer.Status)
	}
}

func TestJudgeAuthWithAChangingSecret(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("another secret of more than 32 bytes")
	g := newRig(t, nil)
	w := g.webhook(func(w *storage.Webhook) {
		withJWT(w)
		w.Auth.JWT.Secret = storage.Secret("file:" + file)
	})
	auth := func() storage.Verdict {
		_, receipt := g.post(w, event(t, w, storage.StatusSent), "Authorization", g.authorization(w))
		return receipt.Verdicts.Auth
	}
	wantVerdict(t, "auth", auth(), storage.Fail, "signature")
	write(testSecret + "\n")
	wantVerdict(t, "auth", auth(), storage.Pass, "HS256")
	write("short")
	wantVerdict(t, "auth", auth(), storage.Fail, "the webhook's own secret cannot be used, so no token can be verified: the secret has 5 bytes")
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	v := auth()
	wantVerdict(t, "auth", v, storage.Fail, "there is no file "+file)
	if len(v.Checks) != len(token.CheckNames()) {
		t.Errorf("got %d checks, want %d", len(v.Checks), len(token.CheckNames()))
	}
}

func TestJudgeSchema(t *testing.T) {
	good := string(sample(t))
	replace := func(old, fresh string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("the sample has no %s", old)
		}
		return strings.Replace(good, old, fresh, 1)
	}
	for _, c := range []struct {
		name, body string
		revision   storage.Revision
		result     storage.Result
		reason     string
	}{
		{"sample", good, storage.Classic, storage.Pass, "valid by the schema of revision classic"},
		{"unknown field", replace(`"channel"`, `"new":1,"channel"`), storage.Classic, storage.Pass, ""},
		{"large number in an unknown field", replace(`"channel"`, `"new":12345678901234567890,"channel"`), storage.Classic, storage.Pass,
			`note the number "12345678901234567890" is beyond 2^53, where many readers round at /new`},
		{"other statuses", replace(`"bounce"`, `"denylist"`), storage.Classic, storage.Pass, ""},
		{"later revision", good, storage.Revision202610, storage.Fail, "schema /messageExecution/campaignType: expected the key \"campaignType\", got none, on line 10, byte"},
		{"later revision, what to do", good, storage.Revision202610, storage.Fail, "; this is an event of payload revision classic: set that for the webhook"},
		{"unknown status", replace(`"bounce"`, `"bounced"`), storage.Classic, storage.Fail, "schema /messageDeliveryFeedback/feedbackStatus/value: expected"},
		{"line and byte", replace(`"retryCount":0`, `"retryCount":"0"`), storage.Classic, storage.Fail, `got "0", on line 28, byte 591; send exactly what was expected`},
		{"a key is missing", replace(`"offers":null,`, ""), storage.Classic, storage.Fail, "; add the key; every key of Adobe's samples must be there, with null where a sample has null"},
		{"a key in another case", replace(`"offers"`, `"Offers"`), storage.Classic, storage.Fail, `with null where a sample has null; "Offers" is there, but letter case counts`},
		{"a number that is rounded", replace(`"retryCount":0`, `"retryCount":9007199254740993`), storage.Classic, storage.Fail, "expected a number of at most 9007199254740991, got 9007199254740993"},
		{"null", replace(`"myImsOrg"`, `null`), storage.Classic, storage.Fail, "schema /imsOrg: expected a string, got null, on line 3, byte 57"},
		{"an array", "[]", storage.Classic, storage.Fail, "schema (the whole): expected an object, got an array, on line 1, byte 0"},
		{"a lone surrogate", replace(`"myImsOrg"`, `"\ud800x"`), storage.Classic, storage.Pass, `; note a string with a lone surrogate (\ud800), which is not a character at /imsOrg`},
		{"NUL", replace(`"myImsOrg"`, `"x\u0000"`), storage.Classic, storage.Pass, `; note a string with NUL (\u0000) at /imsOrg`},
		{"a pair of surrogates", replace(`"myImsOrg"`, `"\ud83d\ude00"`), storage.Classic, storage.Pass, "the body is valid by the schema of revision classic"},
		{"keys that differ in lone surrogates", replace(`"channel"`, `"\ud800":1,"\ud801":2,"channel"`), storage.Classic, storage.Pass, ""},
		{"BOM", "\xef\xbb\xbf" + good, storage.Classic, storage.Fail, "json: expected one JSON text in UTF-8, got a byte order mark (EF BB BF) at byte 0"},
		{"Latin-1", replace("Admin", "\xe4dmin"), storage.Classic, storage.Fail, "got a byte 0xE4 that is not UTF-8 at line 1, column"},
		{"trailing bytes", good + "\n\nx", storage.Classic, storage.Fail, "at line 3, column 1 (byte"},
		{"cut", good[:100], storage.Classic, storage.Fail, "looks cut off"},
		{"duplicate keys", replace(`"channel"`, `"imsOrg":"x","channel"`), storage.Classic, storage.Fail, "keys /imsOrg: expected every key once, got the key \"imsOrg\" a second time in its object, on line 8, byte"},
	} {
		t.Run(c.name, func(t *testing.T) {
			wantVerdict(t, "schema", newSchemas().judge(c.revision, intake.Body{Bytes: []byte(c.body)}, nil), c.result, c.reason)
		})
	}
}

func TestJudgeSchemaLimitsViolations(t *testing.T) {
	body := strings.Replace(string(sample(t)), `{"id":"john.doe@luma.com","primary":true}`, strings.Repeat("1,", 500)+"1", 1)
	v := newSchemas().judge(storage.Classic, intake.Body{Bytes: []byte(body)}, nil)
	wantVerdict(t, "schema", v, storage.Fail, "/identityMap/email/0")
	if n := len(v.Checks); n != fixtures.MaxViolations+1 || v.Checks[n-1].Actual != "not judged: there may be more" {
		t.Errorf("got %d checks, the last %+v", n, v.Checks[n-1])
	}
}

// Explaining a body takes a hundred times its size in memory, so that must not happen many times at once.
// While a large body waits for that, small ones are explained.
func TestJudgeSchemaExplainsOneLargeBodyAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, good := newSchemas(), sample(t)
		bad := bytes.Replace(good, []byte(`"bounce"`), []byte(`"bounced"`), 1)
		pad := func(body []byte) []byte { return append(bytes.Clone(body), bytes.Repeat([]byte(" "), intake.Small)...) }
		s.large <- struct{}{}
		done := make(chan storage.Verdict, 1)
		go func() { done <- s.judge(storage.Classic, intake.Body{Bytes: pad(bad)}, nil) }()
		for range 5 {
			wantVerdict(t, "schema", s.judge(storage.Classic, intake.Body{Bytes: bad}, nil), storage.Fail, "feedbackStatus/value")
		}
		synctest.Wait()
		if len(done) > 0 {
			t.Error("two large bodies were explained at the same time")
		}
		<-s.large
		wantVerdict(t, "schema", <-done, storage.Fail, "feedbackStatus/value")
	})
}

func TestJudgeSchemaOfACompressedBody(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(nil)
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	_, _ = zip.Write(event(t, w, storage.StatusSent))
	_ = zip.Close()
	answer, receipt := g.post(w, packed.Bytes(), "Content-Encoding", "gzip")
	wantVerdict(t, "schema", receipt.Verdicts.Schema, storage.Fail, `expected a body without Content-Encoding, got Content-Encoding "gzip"`)
	if answer.StatusCode != http.StatusUnprocessableEntity || !bytes.Equal(receipt.Body, packed.Bytes()) {
		t.Errorf("got %s, stored %d of %d bytes", answer.Status, len(receipt.Body), packed.Len())
	}
	_, receipt = g.post(w, event(t, w, storage.StatusSent), "Content-Encoding", "identity")
	wantVerdict(t, "schema", receipt.Verdicts.Schema, storage.Pass, "")
}

func TestJudgeTarget(t *testing.T) {
	w := storage.NewWebhook()
	w.ID, w.Channels = 7, []storage.Channel{storage.Email}
	right := fixtures.Summary{Organization: "myImsOrg", SandboxName: "prod", Channel: "email"}
	with := func(change func(*fixtures.Summary)) fixtures.Summary {
		s := right
		change(&s)
		return s
	}
	for _, c := range []struct {
		name   string
		said   fixtures.Summary
		digest digest
		result storage.Result
		reason string
	}{
		{"right", right, digest{}, storage.Pass, "for this webhook's organization"},
		{"organization", with(func(s *fixtures.Summary) { s.Organization = "myimsorg" }), digest{}, storage.Fail, `imsOrg: expected "myImsOrg", got "myimsorg"`},
		{"sandbox", with(func(s *fixtures.Summary) { s.SandboxName = "dev" }), digest{}, storage.Fail, `sandbox: expected "prod", got "dev"`},
		{"channel", with(func(s *fixtures.Summary) { s.Channel = "sms" }), digest{}, storage.Fail, `channel: expected "email", got "sms"; switch the channel on`},
		{"two", with(func(s *fixtures.Summary) { s.Channel, s.SandboxName = "sms", "dev" }), digest{}, storage.Fail, "(and 1 failure more)"},
		{"same bytes", right, digest{named: "x", sent: "aa", webhook: 7}, storage.Pass, ""},
		{"tampered", right, digest{named: "x", sent: "bb", webhook: 7}, storage.Fail, "body: expected SHA-256 bb, got SHA-256 aa: not the bytes that delivery x sent; look for what changed the body on its way"},
		{"tampered, and what a JWT is for", right, digest{named: "x", sent: "bb", webhook: 7}, storage.Fail, "a JWT does not cover the body"},
		{"another webhook's delivery", right, digest{named: "x", sent: "bb", webhook: 8}, storage.Pass, ""},
		{"unknown delivery", right, digest{named: "x"}, storage.Pass, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			wantVerdict(t, "target", judgeTarget(&w, c.said, "aa", c.digest), c.result, c.reason)
		})
	}
}

func TestReceiptIsJoinedToItsDelivery(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(nil)
	other := g.webhook(func(w *storage.Webhook) { w.Name, w.Sandbox.Name = "other", "dev" })
	body := event(t, w, storage.StatusSent)
	own, foreign := g.enqueue(w, body)[0].ID, g.enqueue(other, body)[0].ID
	tampered := bytes.Replace(body, []byte(`"retryCount":0`), []byte(`"retryCount":1`), 1)
	for _, c := range []struct {
		name, delivery string
		body           []byte
		joined         storage.ID
		result         storage.Result
		actual         string
		code           int
	}{
		{"own", own.String(), body, own, storage.Pass, "SHA-256 ", 204},
		{"tampered with", own.String(), tampered, own, storage.Fail, "SHA-256 ", 422},
		{"another webhook's", foreign.String(), tampered, foreign, storage.NotApplicable, "is another webhook's", 204},
		{"unknown", storage.ID(1).String(), body, 0, storage.NotApplicable, "there is no delivery", 204},
		{"no ID", "hello", body, 0, storage.NotApplicable, "there is no delivery \"hello\" here", 204},
		{"foreign sender", "", body, 0, storage.NotApplicable, "no Backchannel-Delivery header", 204},
	} {
		t.Run(c.name, func(t *testing.T) {
			var headers []string
			if c.delivery != "" {
				headers = []string{deliveryHeader, c.delivery, attemptHeader, "3"}
			}
			answer, receipt := g.post(w, c.body, headers...)
			if answer.StatusCode != c.code || receipt.DeliveryID != c.joined || (receipt.Attempt == 3) != (c.joined != 0) {
				t.Errorf("got %d, joined to %s, attempt %d", answer.StatusCode, receipt.DeliveryID, receipt.Attempt)
			}
			checks := receipt.Verdicts.Target.Checks
			if got := checks[len(checks)-1]; got.Name != "body" || got.Result != c.result || !strings.Contains(got.Actual, c.actual) {
				t.Errorf("got the check %+v", got)
			}
		})
	}
}

func TestReceiptWithoutAWebhookIsJoinedToItsDelivery(t *testing.T) {
	g := newRig(t, nil)
	w := g.webhook(nil)
	own := g.enqueue(w, event(t, w, storage.StatusSent))[0].ID
	for _, c := range []struct {
		method, path, attempt string
		want                  int
	}{{"POST", "/notFound", "2", 2}, {"PUT", w.FeedbackPath(), "1", 1}, {"POST", "/feedback/a/b", "-1", 0}, {"POST", "/feedback/a/b", "99999999999", 0}} {
		if _, err := g.do(c.method, c.path, nil, deliveryHeader, own.String(), attemptHeader, c.attempt); err != nil {
			t.Fatal(err)
		}
		if got := g.latest(); got.DeliveryID != own || got.Attempt != c.want {
			t.Errorf("%s %s: got delivery %s, attempt %d; want %s, %d", c.method, c.path, got.DeliveryID, got.Attempt, own, c.want)
		}
	}
}

func TestJudgeHeaders(t *testing.T) {
	sources := storage.Sources{Env: func(name string) (string, bool) { return "from env", name == "KEY" }}
	configured := []storage.HeaderField{{Name: "x-tenant", Value: "luma"}, {Name: "X-Key", Value: "env:KEY", Secret: true}}
	good := http.Header{"X-Tenant": {"luma"}, "X-Key": {"from env"}}
	with := func(name string, values ...string) http.Header {
		h := good.Clone()
		h[name] = values
		return h
	}
	for _, c := range []struct {
		name    string
		arrived http.Header
		result  storage.Result
		reason  string
	}{
		{"all", good, storage.Pass, "all 2 custom headers arrived"},
		{"none", http.Header{}, storage.Fail, `x-tenant: expected "luma", got no such header; send it; a proxy may also have dropped it (and 1 failure more)`},
		{"other value", with("X-Tenant", "Luma"), storage.Fail, `x-tenant: expected "luma", got "Luma"; set the same value on both sides`},
		{"twice", with("X-Tenant", "luma", "luma"), storage.Fail, "got 2 such headers"},
		{"other secret", with("X-Key", "hunter2"), storage.Fail, "X-Key: expected ••••, got another value; set"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := judgeHeaders(t.Context(), configured, c.arrived, sources)
			wantVerdict(t, "headers", v, c.result, c.reason)
			if text := fmt.Sprint(v); strings.Contains(text, "from env") || strings.Contains(text, "hunter2") {
				t.Errorf("the verdict reveals a secret: %s", text)
			}
		})
	}
	wantVerdict(t, "headers", judgeHeaders(t.Context(), nil, good, sources), storage.NotApplicable, "no custom headers")
	missing := []storage.HeaderField{{Name: "X-Key", Value: "env:NONE", Secret: true}}
	wantVerdict(t, "headers", judgeHeaders(t.Context(), missing, good, sources), storage.Fail, "the webhook's own value cannot be read: secret missing: environment variable NONE is not set")
}

func FuzzJudgeBody(f *testing.F) {
	good := sample(f)
	for _, seed := range [][]byte{good, good[:100], []byte("[]"), []byte(`{"identityMap":{"email":[1,{}]}}`), []byte(`{"requestId":1e999999}`), {0xff}} {
		f.Add(seed)
	}
	w, rules := storage.NewWebhook(), newSchemas()
	f.Fuzz(func(t *testing.T, body []byte) {
		said, _ := fixtures.Describe(body)
		for _, v := range []storage.Verdict{rules.judge(storage.Revision202610, intake.Body{Bytes: body}, nil), judgeTarget(&w, said, "", digest{})} {
			if v.Reason == "" || v.Result != storage.Pass && v.Result != storage.Fail {
				t.Fatalf("got an invalid verdict %+v", v)
			}
		}
	})
}
