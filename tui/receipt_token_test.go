package tui

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/storage/token"
	"backchannel/tui/tuitest"
)

// tokenScene changes the first receipt to one with a real token, forged as forgery says.
func tokenScene(forgery token.Forgery) func(*testStore) {
	return func(s *testStore) {
		s.AddFewReceipts(func(all []storage.Receipt) {
			r := &all[0]
			minter, err := token.NewMinter(tokenSpec(), tokenKey())
			if err != nil {
				panic(err)
			}
			forged, err := minter.Forge(r.ReceivedAt, forgery)
			if err != nil {
				panic(err)
			}
			r.Headers[0].Value = "Bearer " + forged
			r.Verdicts.Auth.Checks = token.Judge(tokenSpec(), tokenKey(), []string{r.Headers[0].Value}, r.ReceivedAt)
			reject(r)
		})
	}
}

// fixedToken changes the first receipt to one whose expired token is the same in each run.
func fixedToken(s *testStore) {
	s.AddFewReceipts(func(all []storage.Receipt) {
		r := &all[0]
		encode := base64.RawURLEncoding.EncodeToString
		claims := fmt.Sprintf(`{"iss":"myImsOrg","aud":"http://127.0.0.1","exp":%d,"iat":%d,"team":{"name":"crm"}}`, r.ReceivedAt.Add(-67*time.Second).Unix(), r.ReceivedAt.Add(-time.Hour).Unix())
		r.Headers[0].Value = "Bearer " + encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encode([]byte(claims)) + "." + encode(make([]byte, 32))
		r.Verdicts.Auth.Checks = token.Judge(tokenSpec(), tokenKey(), []string{r.Headers[0].Value}, r.ReceivedAt)
		reject(r)
	})
}

func tokenSpec() token.Spec {
	return token.Spec{
		Algorithm: token.HS256, Header: "Authorization", Prefix: "Bearer", Issuer: "myImsOrg", Audience: []string{"127.0.0.1"},
		Lifetime: time.Hour, Extra: []byte(`{"scope":["a","b"]}`),
	}
}

func tokenKey() *token.Key {
	key, err := token.ParseKey(token.HS256, []byte("a secret of at least thirty-two bytes"))
	if err != nil {
		panic(err)
	}
	return key
}

// reject gives a receipt a failing verdict if one of its checks failed.
func reject(r *storage.Receipt) {
	if first, bad := token.Failed(r.Verdicts.Auth.Checks); bad {
		r.Code, r.Verdicts.Auth.Result = 401, storage.Fail
		r.Verdicts.Auth.Reason = first.Name + ": expected " + first.Expected + ", got " + first.Actual + "; " + first.Remedy
	}
}

func TestTheTokenIsShownClaimByClaim(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		forgery token.Forgery
		want    []string
	}{
		"good":    {token.Forgery{}, []string{`✓ alg "HS256"`, `✓ iss "myImsOrg"`, `scope ["a","b"]`, "3599.8 s ahead", "✓ signature •••• 32 bytes"}},
		"expired": {token.Forgery{ExpiredBy: 67 * time.Second}, []string{"✗ exp 2026-11-02 12:03:24 UTC 67.2 s past", "expected exp not past", "✓ signature"}},
		"no exp":  {token.Forgery{NoExpiry: true}, []string{"✗ exp no exp", "expected exp not past"}},
		"none":    {token.Forgery{Unsigned: "none"}, []string{`✗ alg "none"`, `expected alg "HS256"`, "– signature •••• 0 bytes"}},
		"key":     {token.Forgery{OtherKey: true}, []string{"✗ signature •••• 32 bytes", "does not verify"}},
		"aud":     {token.Forgery{Audience: "elsewhere"}, []string{`✗ aud "elsewhere"`, `expected aud "127.0.0.1"`}},
	} {
		t.Run(name, func(t *testing.T) {
			testReceiver(t, tokenScene(test.forgery), func(c *console) {
				c.size(140, 45)
				c.press("g", "l", "l", "l")
				c.see(test.want...)
				r := c.store.AllReceipts()[0]
				for part := range strings.SplitSeq(strings.TrimPrefix(r.Headers[0].Value, "Bearer "), ".") {
					if part != "" {
						c.dontSee(part)
					}
				}
			})
		})
	}
}

// Every time is shown in the console's zone and in UTC.
func TestTheTokensTimesAreLocal(t *testing.T) {
	t.Parallel()
	testReceiver(t, tokenScene(token.Forgery{ExpiredBy: 67 * time.Second}), func(c *console) {
		c.m.env.Location = time.FixedZone("IST", 5*3600+1800)
		c.size(180, 45)
		c.press("g", "l", "l", "l")
		c.see("✗ exp 2026-11-02 17:33:24 IST 67.2 s past", "2026-11-02T12:03:24Z", "as of its arrival, 2026-11-02 17:34:31.220 IST", "12:04:31.220Z")
		c.press("h")
		c.see("2026-11-02 17:34:31.220 IST,", "12:04:31.220Z")
		c.press("h", "h")
		c.see("exp 17:33:24 is 67.2 s past")
		c.dontSee("12:03:24Z")
	})
}

func TestWithoutATokenTheTabSaysWhy(t *testing.T) {
	t.Parallel()
	testReceiver(t, func(s *testStore) {
		s.AddFewReceipts(func(all []storage.Receipt) {
			all[0].Headers = all[0].Headers[1:]
			all[0].Verdicts.Auth = storage.Verdict{Result: storage.NotApplicable, Reason: "the webhook has no authentication"}
			all[4] = tuitest.Arrived(5, "sent")
			all[4].Headers = append(all[4].Headers, all[4].Headers[0])
		})
	}, func(c *console) {
		c.size(140, 45)
		c.press("g", "l", "l", "l")
		c.see("the request has no Authorization header")
		c.press("G")
		c.see("several Authorization headers")
	})
}
