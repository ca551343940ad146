package token

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// at returns the NumericDate of a time relative to noon.
func at(offset time.Duration) string { return fmt.Sprint(noon.Add(offset).Unix()) }

func TestJudgeClaims(t *testing.T) {
	several := func(s *Spec) { s.Audience = []string{"a.example", "example.com"} }
	nobody := func(s *Spec) { s.Issuer, s.Subject, s.Audience = "", "", nil }
	tests := []struct {
		name   string
		change func(*Spec)
		claims fields
		want   verdict
	}{
		{"expired", nil, fields{"exp": at(-67 * time.Second)},
			verdict{"exp", Fail, "exp 11:58:53Z is 67 s past; leeway 30 s", "the sender's clock is slow or the token is cached too long"}},
		{"within the leeway", nil, fields{"exp": at(-29 * time.Second)}, verdict{"exp", Pass, "exp 11:59:31Z is 29 s past", ""}},
		{"at the leeway", nil, fields{"exp": at(-30 * time.Second)}, verdict{"exp", Fail, "is 30 s past", ""}},
		{"a fraction", nil, fields{"exp": at(-30*time.Second) + ".5"}, verdict{"exp", Pass, "is 29.5 s past", ""}},
		{"yesterday", nil, fields{"exp": at(-24 * time.Hour)}, verdict{"exp", Fail, "exp 2026-10-04T12:00:00Z is 86400 s past", ""}},
		{"long ago", nil, fields{"exp": "0"}, verdict{"exp", Fail, "exp 1970-01-01T00:00:00Z is 20731 days past", ""}},
		{"before 1970", nil, fields{"exp": "-1"}, verdict{"exp", Fail, "1969-12-31T23:59:59Z", ""}},
		{"no exp", nil, fields{"exp": ""}, verdict{"exp", Fail, "no exp", "never expires"}},
		{"Exp", nil, fields{"exp": "", "Exp": at(time.Hour)}, verdict{"exp", Fail, "no exp", ""}},
		{"exp is a string", nil, fields{"exp": `"` + at(time.Hour) + `"`}, verdict{"exp", Fail, "exp is a string", "JSON number"}},
		{"exp is null", nil, fields{"exp": "null"}, verdict{"exp", Fail, "exp is null", ""}},
		{"exp is a boolean", nil, fields{"exp": "true"}, verdict{"exp", Fail, "exp is a boolean", ""}},
		{"exp is an object", nil, fields{"exp": "{}"}, verdict{"exp", Fail, "exp is an object", ""}},
		{"exp has an exponent", nil, fields{"exp": "17912017e2"}, verdict{"exp", Pass, "exp 12:01:40Z is 100 s ahead", ""}},
		{"huge", nil, fields{"exp": "1e400"}, verdict{"exp", Fail, `"1e400" is beyond the years 1 to 9999 and not a valid time`, "seconds since 1970 (RFC 7519 §2)"}},
		{"at the edge of a float", nil, fields{"exp": "1e308"}, verdict{"exp", Fail, "not a valid time", "seconds since 1970"}},
		{"in milliseconds", nil, fields{"exp": at(time.Hour) + "000"}, verdict{"exp", Fail, "not a valid time", "looks like milliseconds"}},
		{"hugely negative", nil, fields{"exp": "-1e400"}, verdict{"exp", Fail, `"-1e400" is beyond`, ""}},
		{"beyond int64", nil, fields{"exp": "9223372036854775808"}, verdict{"exp", Fail, "beyond", ""}},
		{"the year 10000", nil, fields{"exp": "253402300800"}, verdict{"exp", Fail, "beyond", ""}},
		{"tiny", nil, fields{"exp": "1e-400"}, verdict{"exp", Fail, "1970-01-01", ""}},
		{"far ahead", nil, fields{"exp": "253402300799"}, verdict{"exp", Pass, "9999-12-31T23:59:59Z is 2912165 days ahead", ""}},

		{"not yet", nil, fields{"nbf": at(31 * time.Second)}, verdict{"nbf", Fail, "nbf 12:00:31Z is 31 s ahead; leeway 30 s", "clock is fast"}},
		{"not yet, within the leeway", nil, fields{"nbf": at(30 * time.Second)}, verdict{"nbf", Pass, "30 s ahead", ""}},
		{"no nbf", nil, fields{"nbf": ""}, verdict{"nbf", NotApplicable, "no nbf", ""}},
		{"nbf is a string", nil, fields{"nbf": `"1"`}, verdict{"nbf", Fail, "nbf is a string", ""}},
		{"nbf never", nil, fields{"nbf": "1e999"}, verdict{"nbf", Fail, "beyond", ""}},
		{"nbf ever", nil, fields{"nbf": "-1e999"}, verdict{"nbf", Fail, "not a valid time", ""}},
		{"iat never", nil, fields{"iat": "-1e400"}, verdict{"iat", Fail, "not a valid time", ""}},
		{"iat is null", nil, fields{"iat": "null"}, verdict{"iat", Fail, "iat is null", ""}},
		{"iat negative", nil, fields{"iat": "-1"}, verdict{"iat", Pass, "1969-12-31T23:59:59Z", ""}},
		{"issued later", nil, fields{"iat": at(time.Minute)}, verdict{"iat", Fail, "iat 12:01:00Z is 60 s ahead", "issued in the future"}},
		{"no iat", nil, fields{"iat": ""}, verdict{"iat", NotApplicable, "no iat", ""}},
		{"microseconds", nil, fields{"nbf": at(0) + "000000"}, verdict{"nbf", Fail, "beyond the years", "looks like microseconds"}},
		{"milliseconds", nil, fields{"iat": at(0) + "000"}, verdict{"iat", Fail, "beyond the years", "looks like milliseconds"}},

		{"other issuer", nil, fields{"iss": `"someone"`}, verdict{"iss", Fail, `iss "someone"`, "the same issuer on both sides"}},
		{"issuer in another case", nil, fields{"iss": `"myimsorg"`}, verdict{"iss", Fail, "", "only the letter case differs"}},
		{"issuer with a space", nil, fields{"iss": `"myImsOrg "`}, verdict{"iss", Fail, "", "only spaces"}},
		{"no issuer", nil, fields{"iss": ""}, verdict{"iss", Fail, "no iss", "or none here"}},
		{"Iss", nil, fields{"iss": "", "ISS": `"myImsOrg"`}, verdict{"iss", Fail, "no iss", ""}},
		{"issuer is an array", nil, fields{"iss": `["myImsOrg"]`}, verdict{"iss", Fail, "iss is an array", "JSON string"}},
		{"issuer that looks right", nil, fields{"iss": `"myIm\u0455Org"`}, verdict{"iss", Fail, `iss "myImѕOrg"`, "its character 5 is U+0455"}},
		{"hostile issuer", nil, fields{"iss": `"\u001b[2J\u202e\u009b` + strings.Repeat("x", 5000) + `"`},
			verdict{"iss", Fail, `iss "\x1b[2J\u202e\u009bxxx`, ""}},
		{"issuer not configured", nobody, nil, verdict{"iss", NotApplicable, `iss "myImsOrg"`, ""}},
		{"other subject", nil, fields{"sub": `"x"`}, verdict{"sub", Fail, `sub "x"`, "the same subject"}},
		{"no subject", nil, fields{"sub": ""}, verdict{"sub", Fail, "no sub", ""}},
		{"no subject and none configured", nobody, fields{"sub": ""}, verdict{"sub", NotApplicable, "no sub", ""}},

		{"other audience", nil, fields{"aud": `"other"`}, verdict{"aud", Fail, `aud "other"`, "meant for someone else"}},
		{"among several", nil, fields{"aud": `["x","example.com"]`}, verdict{"aud", Pass, `aud "x", "example.com"`, ""}},
		{"any of several", several, nil, verdict{"aud", Pass, `aud "example.com"`, ""}},
		{"none of several", several, fields{"aud": `["1","2","3","4","5"]`}, verdict{"aud", Fail, `"4" and 1 more`, ""}},
		{"empty audience", nil, fields{"aud": `[]`}, verdict{"aud", Fail, "aud []", ""}},
		{"audience in another case", nil, fields{"aud": `"Example.com"`}, verdict{"aud", Fail, "", "letter case count"}},
		{"audience with a slash", nil, fields{"aud": `"example.com/"`}, verdict{"aud", Fail, "", ""}},
		{"audience of numbers", nil, fields{"aud": `[1]`}, verdict{"aud", Fail, "aud is an array with an element that is not a string", "array of strings"}},
		{"audience is null", nil, fields{"aud": `null`}, verdict{"aud", Fail, "aud is null", ""}},
		{"no audience", nil, fields{"aud": ""}, verdict{"aud", Fail, "no aud", ""}},
		{"audience not configured", nobody, nil, verdict{"aud", NotApplicable, `aud "example.com"`, ""}},
		{"audience of the wrong type, not configured", nobody, fields{"aud": "1"}, verdict{"aud", NotApplicable, "aud is a number", ""}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			spec := testSpec(HS256)
			if test.change != nil {
				test.change(&spec)
			}
			forged := compact(t, hsKey(t), goodHeader().with(nil), goodClaims().with(test.claims))
			checks := Judge(spec, hsKey(t), []string{"Bearer " + forged}, noon)
			test.want.compare(t, checks)
			for _, check := range checks {
				if len(check.Actual) > 600 || strings.ContainsAny(check.Actual, "\x1b\u202e\u009b") {
					t.Errorf("the text is not safe to show: %q", check.Actual)
				}
			}
		})
	}
}

func TestJudgeStatesTheAudienceRule(t *testing.T) {
	spec := testSpec(HS256)
	spec.Audience = []string{"a.example", "b.example"}
	checks := Judge(spec, hsKey(t), []string{"Bearer " + mint(t, spec, hsKey(t), noon)}, noon)
	if got := find(t, checks, "aud").Expected; got != `aud with at least one of "a.example", "b.example"` {
		t.Errorf("Expected = %s", got)
	}
}

func TestJudgeBigToken(t *testing.T) {
	claims := goodClaims().with(fields{"padding": `"` + strings.Repeat("x", 48<<10) + `"`})
	big := compact(t, hsKey(t), goodHeader().with(nil), claims)
	if len(big) < 64<<10 {
		t.Fatalf("the token has only %d bytes", len(big))
	}
	if check, failed := Failed(Judge(testSpec(HS256), hsKey(t), []string{"Bearer " + big}, noon)); failed {
		t.Errorf("%+v", check)
	}
}
