package token

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"

	"backchannel/storage/jsontext"
)

func TestLeewayInWords(t *testing.T) {
	if got := seconds(Leeway); got != leeway {
		t.Errorf("got %s, want %s", leeway, got)
	}
}

// FuzzParseObject compares the members with those that encoding/json finds. Of two members with
// the same name, encoding/json takes the last.
func FuzzParseObject(f *testing.F) {
	for _, raw := range []string{
		``, `{}`, ` { } `, `null`, `[{}]`, `"{}"`, `{"a":1}x`, "\ufeff{}", "{\"\xff\":1}",
		`{"alg":"HS256","kid":null, "crit" : [ "a\"]", {"b":"}"} ] ,"exp":-1.5e3 }`,
		`{"a":true,"\u0061":false}`, `{"\ud800":"\\","b\\":"\"","":{"":[[],{}]}}`, "{\t\"a\"\r\n:\"\u2028\"\n,\"b\":0}",
	} {
		f.Add([]byte(raw))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := parseObject(raw)
		var want map[string]json.RawMessage
		if failed := json.Unmarshal(raw, &want); failed != nil && err == nil {
			t.Fatalf("%q: got %v, but encoding/json says %v", raw, got, failed)
		}
		if err != nil {
			return
		}
		if len(got) < len(want) { // more if names differ only in their lone surrogates
			t.Fatalf("%q: got %v, want %v", raw, got, want)
		}
		for name, value := range got {
			var read string
			if err := json.Unmarshal([]byte(jsontext.Quote(name)), &read); err != nil || len(got) == len(want) && !bytes.Equal(want[read], value) {
				t.Errorf("%q: member %q: got %q, want %q, %v", raw, name, value, want[read], err)
			}
			sameTexts(t, value)
		}
	})
}

// sameTexts checks that text and texts agree with encoding/json.
func sameTexts(t *testing.T, value json.RawMessage) {
	t.Helper()
	var one string
	isText := value[0] == '"' && json.Unmarshal(value, &one) == nil
	got, ok := text(value)
	if ok != isText || ok && utf8.ValidString(got) && got != one {
		t.Errorf("text(%q) = %q, %v; want %q, %v", value, got, ok, one, isText)
	}
	var several []any
	if all, ok := texts(value); ok && (json.Unmarshal(value, &several) != nil || len(all) != len(several)) {
		t.Errorf("texts(%q) = %q, want %v", value, all, several)
	}
}
