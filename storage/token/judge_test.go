package token

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// hsKey returns the key of the tests that do not depend on its bytes.
func hsKey(t testing.TB) *Key {
	t.Helper()
	key, err := ParseKey(HS256, bytes.Repeat([]byte("k"), 32))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// fields are the members of a JSON object, each value in raw JSON.
type fields map[string]string

// with returns the object with the changes made. A field that is changed to "" is omitted.
func (f fields) with(changes fields) string {
	maps.Copy(f, changes)
	var written []string
	for _, name := range slices.Sorted(maps.Keys(f)) {
		if f[name] != "" {
			written = append(written, fmt.Sprintf("%q : %s", name, f[name]))
		}
	}
	return "{ " + strings.Join(written, ", ") + " }"
}

func goodHeader() fields {
	return fields{"alg": `"HS256"`, "kid": `"key-1"`, "typ": `"JWT"`}
}

func goodClaims() fields {
	at := fmt.Sprint(noon.Unix())
	return fields{
		"iss": `"myImsOrg"`, "sub": `"feedback-webhook"`, "aud": `"example.com"`,
		"iat": at, "nbf": at, "exp": fmt.Sprint(noon.Add(5 * time.Minute).Unix()), "jti": `"1"`,
	}
}

// compact returns a signed token with the header and the claims.
func compact(t testing.TB, key *Key, header, claims string) string {
	t.Helper()
	input := encode([]byte(header)) + "." + encode([]byte(claims))
	signature, err := key.sign(input)
	if err != nil {
		t.Fatal(err)
	}
	return input + "." + encode(signature)
}

func find(t testing.TB, checks []Check, name string) Check {
	t.Helper()
	for _, check := range checks {
		if check.Name == name {
			return check
		}
	}
	t.Fatalf("no check %q among %+v", name, checks)
	return Check{}
}

// A verdict is the expected result of one check. Its texts are parts of those of the check.
type verdict struct {
	check          string
	result         Result
	actual, remedy string
}

func (v verdict) compare(t *testing.T, checks []Check) {
	t.Helper()
	var names []string
	for _, check := range checks {
		names = append(names, check.Name)
	}
	if !slices.Equal(names, CheckNames()) {
		t.Errorf("checks = %v, want %v", names, CheckNames())
	}
	got := find(t, checks, v.check)
	if got.Result != v.result || !strings.Contains(got.Actual, v.actual) || !strings.Contains(got.Remedy, v.remedy) {
		t.Errorf("got %+v\nwant %+v", got, v)
	}
	if (got.Remedy != "") != (got.Result == Fail) {
		t.Errorf("want a remedy if and only if the check failed: %+v", got)
	}
	if first, failed := Failed(checks); v.result == Fail && (!failed || first.Name != v.check) {
		t.Errorf("first failure = %q, want %q", first.Name, v.check)
	}
}

func TestJudgeAcceptsValidToken(t *testing.T) {
	good := compact(t, hsKey(t), goodHeader().with(nil), goodClaims().with(nil))
	for _, value := range []string{"Bearer " + good, "bearer " + good, "BEARER   " + good, " Bearer " + good + "\t"} {
		for _, check := range Judge(testSpec(HS256), hsKey(t), []string{value}, noon) {
			if check.Result != Pass {
				t.Errorf("%+v", check)
			}
		}
	}
}

func TestJudgeTransport(t *testing.T) {
	good := compact(t, hsKey(t), goodHeader().with(nil), goodClaims().with(nil))
	custom := func(s *Spec) { s.Header, s.Prefix = "X-Token", "JWT" }
	bare := func(s *Spec) { s.Prefix = "" }
	tests := []struct {
		name    string
		change  func(*Spec)
		headers []string
		want    verdict
	}{
		{"no header", nil, nil, verdict{"header", Fail, "no Authorization header", "switch JWT authentication on"}},
		{"several", nil, []string{"Bearer " + good, "Bearer " + good}, verdict{"header", Fail, "2 Authorization headers", "send one"}},
		{"custom header", custom, nil, verdict{"header", Fail, "no X-Token header", ""}},
		{"another scheme", nil, []string{"Basic dXNlcjpwYXNz"}, verdict{"prefix", Fail, "Basic ••••", `put "Bearer" and a space`}},
		{"no scheme", nil, []string{good}, verdict{"prefix", Fail, "•••• without a space", ""}},
		{"empty value", nil, []string{""}, verdict{"prefix", Fail, "an empty value", ""}},
		{"colon", nil, []string{"Bearer: " + good}, verdict{"prefix", Fail, "Bearer without a space after it", `put "Bearer" and a space`}},
		{"tab", nil, []string{"bearer\t" + good}, verdict{"prefix", Fail, "bearer without a space after it", ""}},
		{"longer scheme", nil, []string{"Bearers " + good}, verdict{"prefix", Fail, "Bearer without a space", ""}},
		{"secret first", nil, []string{"hunter2hunter2 x"}, verdict{"prefix", Fail, "•••• ••••", ""}},
		{"custom prefix", custom, []string{"JWT " + good}, verdict{"prefix", Pass, "JWT ••••", ""}},
		{"custom prefix in another case", custom, []string{"jwt " + good}, verdict{"prefix", Fail, "jwt ••••", "letter case counts"}},
		{"token alone", bare, []string{good}, verdict{"prefix", Pass, "••••", ""}},
		{"token not alone", bare, []string{"Bearer " + good}, verdict{"prefix", Fail, "Bearer ••••", "leave the prefix out"}},
		{"empty token", nil, []string{"Bearer "}, verdict{"segments", Fail, "an empty token", "no token"}},
		{"one segment", nil, []string{"Bearer abc"}, verdict{"segments", Fail, "1 segment", "may have been cut"}},
		{"two segments", nil, []string{"Bearer a.b"}, verdict{"segments", Fail, "2 segments", "may have been cut"}},
		{"four segments", nil, []string{"Bearer " + good + ".x"}, verdict{"segments", Fail, "4 segments", "joined"}},
		{"JWE", nil, []string{"Bearer a.b.c.d.e"}, verdict{"segments", Fail, "5 segments", "encryption is not used"}},
		{"prefix twice", nil, []string{"Bearer Bearer " + good}, verdict{"segments", Fail, "a space or comma", "no second prefix"}},
		{"joined", nil, []string{"Bearer " + good + ", Bearer " + good}, verdict{"segments", Fail, "a space or comma", "joined by a comma"}},
		{"giant", nil, []string{"Bearer " + strings.Repeat("a.", maxToken)}, verdict{"segments", Fail, "too long to read", "keep tokens below"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			spec := testSpec(HS256)
			if test.change != nil {
				test.change(&spec)
			}
			checks := Judge(spec, hsKey(t), test.headers, noon)
			test.want.compare(t, checks)
			if text := fmt.Sprint(checks); strings.Contains(text, good[:20]) || strings.Contains(text, "dXNlcjpwYXNz") || strings.Contains(text, "hunter2") {
				t.Errorf("the checks reveal a credential: %s", text)
			}
		})
	}
}

func TestJudgeDecode(t *testing.T) {
	head, body := encode([]byte(goodHeader().with(nil))), encode([]byte(goodClaims().with(nil)))
	sum := encode(make([]byte, 32))
	padded := base64.URLEncoding.EncodeToString([]byte(`{"a":1}`))
	tests := []struct{ name, compact, actual string }{
		{"padding", head + "." + padded + "." + sum, "the claims part: it has base64 padding"},
		{"standard base64", head + "." + body + ".ab+d", `the signature part: it has "+" at character 3: that is standard base64, not base64url`},
		{"slash", head + "." + body + ".abc/", `"/" at character 4`},
		{"line break", head[:4] + "\n" + head[4:] + "." + body + "." + sum, `the header part: it has "\n" at character 5`},
		{"quotes", `"` + head + "." + body + "." + sum, `the header part: it has "\""`},
		{"cut", head + "." + body + ".A", "the signature part: it has 1 character, which do not encode whole bytes"},
		{"stray bits", head + "." + body + ".AB", "do not encode whole bytes"},
		{"empty header", "." + body + "." + sum, "the header part: it is not JSON: an empty text"},
		{"header is not JSON", encode([]byte("alg=HS256")) + "." + body + "." + sum, "the header part: it is not JSON: 'a' where a value should be"},
		{"claims are cut", head + "." + encode([]byte(`{"iss":`)) + "." + sum, "the claims part: it is not JSON"},
		{"trailing bytes", head + "." + encode([]byte(`{} {}`)) + "." + sum, "the claims part: it is not JSON"},
		{"claims are an array", head + "." + encode([]byte(`[]`)) + "." + sum, "the claims part: it is JSON, but not an object"},
		{"header is null", encode([]byte(`null`)) + "." + body + "." + sum, "the header part: it is JSON, but not an object"},
		{"alg twice", encode([]byte(`{"alg":"none","alg":"HS256"}`)) + "." + body + "." + sum, `the header part: its member "alg" occurs twice`},
		{"exp twice", head + "." + encode([]byte(`{"exp":1,"\u0065xp":2}`)) + "." + sum, `the claims part: its member "exp" occurs twice`},
		{"Latin-1", "\xe9" + head + "." + body + "." + sum, "the header part: it has 0xE9 at byte 1"},
		{"byte order mark", head + "." + encode([]byte("\ufeff{}")) + "." + sum, "the claims part: it is not JSON: a byte order mark"},
		{"two parts", "=." + body + ".+", `the header part: it has base64 padding, "=", at character 1: leave it out; the signature part: it has "+"`},
		{"not UTF-8", head + "." + encode([]byte("{\"a\":\"\xff\"}")) + "." + sum, "the claims part: it is not JSON: a byte 0xFF that is not UTF-8"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			checks := Judge(testSpec(HS256), hsKey(t), []string{"Bearer " + test.compact}, noon)
			verdict{"decode", Fail, test.actual, "RFC 7515"}.compare(t, checks)
		})
	}
}

func TestJudgeDecodeRemedies(t *testing.T) {
	head, body := encode([]byte(goodHeader().with(nil))), encode([]byte(goodClaims().with(nil)))
	for compact, remedy := range map[string]string{
		head + "." + body + ".=":                  "encode each part in base64url without padding (RFC 7515 §2); a token changed on its way looks like this too",
		head + "." + encode([]byte(`[]`)) + ".AA": "make header and claims one JSON object each, in UTF-8, every member once (RFC 7515 §4, RFC 7519 §4)",
	} {
		got := find(t, Judge(testSpec(HS256), hsKey(t), []string{"Bearer " + compact}, noon), "decode")
		if got.Remedy != remedy {
			t.Errorf("%s: got %s, want %s", got.Actual, got.Remedy, remedy)
		}
	}
}

func TestJudgeContinuesAfterAnUndecodablePart(t *testing.T) {
	parts := strings.Split(compact(t, hsKey(t), goodHeader().with(nil), goodClaims().with(nil)), ".")
	judge := func(parts ...string) []Check {
		return Judge(testSpec(HS256), hsKey(t), []string{"Bearer " + strings.Join(parts, ".")}, noon)
	}
	noHeader := judge("=", parts[1], parts[2])
	for _, name := range []string{"alg", "crit", "signature", "kid"} {
		if got := find(t, noHeader, name); got.Result != NotApplicable {
			t.Errorf("without a header: %+v", got)
		}
	}
	if got := find(t, noHeader, "iss"); got.Result != Pass || !strings.HasSuffix(got.Actual, "(unverified)") {
		t.Errorf("without a header: %+v", got)
	}
	noClaims := judge(parts[0], "=", parts[2])
	for _, name := range []string{"exp", "nbf", "iat", "iss", "sub", "aud"} {
		if got := find(t, noClaims, name); got.Result != NotApplicable || got.Actual != undecodedClaims {
			t.Errorf("without claims: %+v", got)
		}
	}
	if got := find(t, noClaims, "alg"); got.Result != Pass {
		t.Errorf("without claims: %+v", got)
	}
	if got := find(t, judge(parts[0], parts[1], "="), "signature"); got.Result != NotApplicable {
		t.Errorf("without a signature: %+v", got)
	}
}
