package storage_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"backchannel/storage"
)

func tokenOf(header, claims, signature string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(header)) + "." + encode([]byte(claims)) + "." + encode([]byte(signature))
}

func TestTokenOfAReceipt(t *testing.T) {
	t.Parallel()
	inner := tokenOf(`{"alg":"none"}`, `{"sub":"inner"}`, "signature")
	whole := tokenOf(`{"alg":"HS256"}`, `{"iss":"us","act":"`+inner+`"}`, "signature")
	auth := func(name string, result storage.Result, header string) storage.Verdict {
		return storage.Verdict{Result: result, Checks: []storage.Check{{Name: "header", Expected: "exactly one " + header + " header"}, {Name: name, Result: result}}}
	}
	field := func(name, value string) storage.HeaderField {
		return storage.HeaderField{Name: name, Value: value, Secret: true}
	}
	for _, c := range []struct {
		name    string
		auth    storage.Verdict
		headers []storage.HeaderField
		claims  int
		absent  string
	}{
		{"unjudged", storage.Verdict{}, []storage.HeaderField{field("authorization", "Bearer "+whole)}, 2, ""},
		{"another header", auth("alg", storage.Pass, "X-Token"), []storage.HeaderField{field("Authorization", "Bearer a.b.c"), field("X-Token", whole)}, 2, ""},
		{"none", auth("header", storage.Fail, "X-Token"), []storage.HeaderField{field("Authorization", "Bearer "+whole)}, 0, "no X-Token header"},
		{"two", auth("header", storage.Fail, "Authorization"), []storage.HeaderField{field("Authorization", whole), field("Authorization", whole)}, 0, "several Authorization headers"},
		{"a password", auth("prefix", storage.Fail, "Authorization"), []storage.HeaderField{field("Authorization", "Basic a.b+.c")}, 0, "does not look like a token"},
		{"another scheme", auth("prefix", storage.Fail, "Authorization"), []storage.HeaderField{field("Authorization", "JWT "+whole)}, 2, ""},
	} {
		got := storage.Receipt{Headers: c.headers, Verdicts: storage.Verdicts{Auth: c.auth}}.Token()
		if len(got.Claims) != c.claims || !strings.Contains(got.Absent, c.absent) || (got.Absent == "") != (c.absent == "") {
			t.Errorf("%s: got %+v", c.name, got)
		}
		if text := fmt.Sprintf("%+v", got); strings.Contains(text, whole) || strings.Contains(text, inner) || strings.Contains(text, "b+") {
			t.Errorf("%s: the result reveals a token: %s", c.name, text)
		}
	}
}
