package token

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// read returns the header and the claims of a token as JSON, with "JTI" in place of the jti, and the jti.
func read(t testing.TB, minted string) (header, claims, jti string) {
	t.Helper()
	parts := strings.Split(minted, ".")
	if len(parts) != 3 {
		t.Fatalf("got %d segments, want 3", len(parts))
	}
	var decoded [2]string
	for i := range decoded {
		raw, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		decoded[i] = string(raw)
	}
	var parsed struct{ JTI string }
	if err := json.Unmarshal([]byte(decoded[1]), &parsed); err != nil {
		t.Fatalf("%v in %s", err, decoded[1])
	}
	return decoded[0], strings.Replace(decoded[1], parsed.JTI, "JTI", 1), parsed.JTI
}

func TestMintWritesTheClaims(t *testing.T) {
	const times = `"iat":1791201600,"nbf":1791201600,"exp":1791201900,"jti":"JTI"}`
	tests := []struct {
		name           string
		spec           Spec
		header, claims string
	}{
		{"all", testSpec(HS256), `{"alg":"HS256","kid":"key-1","typ":"JWT"}`,
			`{"iss":"myImsOrg","sub":"feedback-webhook","aud":"example.com",` + times},
		{"nothing configured", Spec{}, `{"alg":"HS256","typ":"JWT"}`, `{` + times},
		{"several audiences", Spec{Audience: []string{"a", "b"}}, `{"alg":"HS256","typ":"JWT"}`, `{"aud":["a","b"],` + times},
		{"extra claims in their order", Spec{Issuer: "i", Extra: []byte(" { \"z\" : 1.00, \"a\":{\"y\":[ 1 ,2]} }\n")},
			`{"alg":"HS256","typ":"JWT"}`, `{"iss":"i","z":1.00,"a":{"y":[1,2]},` + times},
		{"no extra claims", Spec{Extra: []byte("{ }")}, `{"alg":"HS256","typ":"JWT"}`, `{` + times},
		{"awkward text", Spec{KeyID: `<"&>`, Subject: "a\\b\n\u00e9"}, `{"alg":"HS256","kid":"<\"&>","typ":"JWT"}`, `{"sub":"a\\b\né",` + times},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.spec.Algorithm, test.spec.Lifetime = HS256, 5*time.Minute
			header, claims, _ := read(t, mint(t, test.spec, hsKey(t), noon.Add(999*time.Millisecond)))
			if header != test.header {
				t.Errorf("header = %s\n  want   %s", header, test.header)
			}
			if claims != test.claims {
				t.Errorf("claims = %s\n  want   %s", claims, test.claims)
			}
		})
	}
}

func TestConcurrentlyMintedTokensAreUnique(t *testing.T) {
	t.Parallel()
	for alg, key := range randomKeys() {
		minter, err := NewMinter(testSpec(alg), key)
		if err != nil {
			t.Fatal(err)
		}
		minted := make([]string, 8)
		var wg sync.WaitGroup
		for i := range minted {
			wg.Go(func() { minted[i], _ = minter.HeaderValue(noon) })
		}
		wg.Wait()
		seen := map[string]bool{}
		for _, value := range minted {
			if check, failed := Failed(Judge(testSpec(alg), key, []string{value}, noon)); failed {
				t.Errorf("%s: %+v", alg, check)
			}
			_, _, jti := read(t, strings.TrimPrefix(value, "Bearer "))
			if len(jti) < 22 || seen[jti] {
				t.Errorf("%s: jti %q is short or not unique", alg, jti)
			}
			seen[jti] = true
		}
	}
}

func TestHeaderValuePrefix(t *testing.T) {
	for prefix, want := range map[string]string{"": "ey", "Bearer": "Bearer ey", "JWT token": "JWT token ey"} {
		spec := testSpec(HS256)
		spec.Prefix = prefix
		minter, err := NewMinter(spec, hsKey(t))
		if err != nil {
			t.Fatal(err)
		}
		value, err := minter.HeaderValue(noon)
		if err != nil || !strings.HasPrefix(value, want) {
			t.Errorf("prefix %q: got %.20q, %v", prefix, value, err)
		}
		if check, failed := Failed(Judge(spec, hsKey(t), []string{value}, noon)); failed {
			t.Errorf("prefix %q: %+v", prefix, check)
		}
	}
}

func TestNewMinterErrors(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Spec)
		key    *Key
		want   string
	}{
		{"no key", func(*Spec) {}, nil, "there is no key"},
		{"another algorithm", func(s *Spec) { s.Algorithm = ES256 }, hsKey(t), `the key is for HS256, the token's algorithm is "ES256"`},
		{"no lifetime", func(s *Spec) { s.Lifetime = 0 }, hsKey(t), "shorter than a second"},
		{"invalid UTF-8", func(s *Spec) { s.Audience = []string{"ok", "\xff"} }, hsKey(t), `"\xff" is not valid UTF-8`},
		{"extra claims", func(s *Spec) { s.Extra = []byte(`{"exp":1}`) }, hsKey(t), `restate "exp"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			spec := testSpec(HS256)
			test.change(&spec)
			minter, err := NewMinter(spec, test.key)
			if err == nil || minter != nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error = %v, want %s", err, test.want)
			}
		})
	}
}

func TestCheckExtra(t *testing.T) {
	tests := []struct{ raw, want string }{
		{``, ""},
		{`{}`, ""},
		{` {"scope":"x","nested":{"iss":1,"a":[{"b":1},{"b":2}]}} `, ""},
		{`{"ISS":"x"}`, ""},
		{`[]`, "not an object"},
		{`null`, "not an object"},
		{`"x"`, "not an object"},
		{`{"a":1`, "it is not JSON: the end of the text where a comma or } should be at line 1, column 7; write the rest"},
		{`{"a":1} x`, "not JSON: more after the JSON value"},
		{`{a:1}`, "write every key in double quotes"},
		{" ", "not JSON"},
		{"{\"a\":\"\xff\"}", "a byte 0xFF that is not UTF-8"},
		{`{"a":1,"b":2,"a":3}`, `its member "a" occurs twice`},
		{`{"a":1,"\u0061":3}`, `its member "a" occurs twice`},
		{`{"x":[{"deep":1,"deep":2}]}`, `its member "deep" occurs twice`},
		{`{"\u0069ss":"x"}`, `restate "iss"`},
		{`{"aud":1,"iss":2,"x":3}`, `restate "iss", "aud": set the issuer, subject and audience in their own fields; remove them`},
		{`{"jti":1,"sub":2,"exp":3}`, `restate "sub": set the issuer, subject and audience in their own fields; and "exp", "jti": generated for each token`},
	}
	for _, name := range []string{"iss", "sub", "aud", "iat", "exp", "nbf", "jti"} {
		tests = append(tests, struct{ raw, want string }{fmt.Sprintf(`{"x":1,%q:null}`, name), fmt.Sprintf("restate %q", name)})
	}
	for _, test := range tests {
		err := CheckExtra([]byte(test.raw))
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error = %v, want %q", test.raw, err, test.want)
		}
	}
}

func TestJudgeNamesEachFault(t *testing.T) {
	t.Parallel()
	wants := map[Fault]verdict{
		Expired:       {"exp", Fail, "exp 11:58:00Z is 120 s past", "cached too long"},
		NotYetValid:   {"nbf", Fail, "nbf 12:02:00Z is 120 s ahead", "clock is fast"},
		WrongKey:      {"signature", Fail, "does not verify", "same key"},
		WrongAudience: {"aud", Fail, `aud "wrong-audience-`, "someone else"},
		AlgNone:       {"alg", Fail, "an unsigned token", "none"},
	}
	for alg, key := range randomKeys() {
		minter, err := NewMinter(testSpec(alg), key)
		if err != nil {
			t.Fatal(err)
		}
		for _, fault := range faults() {
			t.Run(fmt.Sprint(alg, " ", fault), func(t *testing.T) {
				value, err := minter.Misbehave(noon, fault)
				if err != nil {
					t.Fatal(err)
				}
				checks := Judge(testSpec(alg), key, []string{value}, noon)
				wants[fault].compare(t, checks)
				for _, check := range checks {
					if check.Result == Fail && check.Name != wants[fault].check {
						t.Errorf("another check fails too: %+v", check)
					}
				}
			})
		}
	}
}

func TestUnknownFault(t *testing.T) {
	minter, err := NewMinter(testSpec(HS256), hsKey(t))
	if err != nil {
		t.Fatal(err)
	}
	if value, err := minter.Misbehave(noon, "rude"); err == nil || value != "" || !strings.Contains(err.Error(), "use one of expired, ") {
		t.Errorf("Misbehave: got %q, %v; want an error that lists the faults", value, err)
	}
	for _, fault := range faults() {
		if parsed, err := ParseFault(string(fault)); err != nil || parsed != fault {
			t.Errorf("ParseFault(%q) = %s, %v", fault, parsed, err)
		}
	}
}

func TestQuote(t *testing.T) {
	long := strings.Repeat("é", 100)
	tests := map[string]string{
		"plain":                      `"plain"`,
		"\x00\x1b\u009b\u202e\u2066": `"\x00\x1b\u009b\u202e\u2066"`,
		"\xff\u2028\ufeff":           `"\xff\u2028\ufeff"`,
		long:                         `"` + long[:128] + `"… (200 bytes)`,
	}
	for text, want := range tests {
		if got := quote(text); got != want {
			t.Errorf("quote(%q) = %s, want %s", text, got, want)
		}
	}
}
