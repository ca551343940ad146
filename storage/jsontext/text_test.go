package jsontext

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTextsAreComparedExactly(t *testing.T) {
	for _, c := range []struct{ quoted, text, shown, again string }{
		{`"a"`, "a", "a", `"a"`},
		{`"\u0061\n\/\""`, "a\n/\"", "a\n/\"", `"a\n/\""`},
		{`"\u00e9"`, "é", "é", `"é"`},
		{`"\ud83d\ude00"`, "😀", "😀", `"😀"`},
		{`"\ud800"`, "\xed\xa0\x80", `\ud800`, `"\ud800"`},
		{`"\uDFFFx"`, "\xed\xbf\xbfx", `\udfffx`, `"\udfffx"`},
		{`"\ud800\ud83d\ude00"`, "\xed\xa0\x80😀", `\ud800😀`, `"\ud800😀"`},
		{`"\ude00\ud83d"`, "\xed\xb8\x80\xed\xa0\xbd", `\ude00\ud83d`, `"\ude00\ud83d"`},
		{`"\ufffd"`, "\ufffd", "\ufffd", "\"\ufffd\""},
		{`"\\ud800"`, `\ud800`, `\ud800`, `"\\ud800"`},
		{`"\u0000\u001f\u007f"`, "\x00\x1f\x7f", "\x00\x1f\x7f", "\"\\u0000\\u001f\x7f\""},
		{"\"\xff\"", "\xff", `\xff`, "\"\ufffd\""},
	} {
		text := Unquote([]byte(c.quoted))
		if shown, again := Show(text), Quote(text); text != c.text || shown != c.shown || again != c.again {
			t.Errorf("%s: %q, shown as %q, again %s", c.quoted, text, shown, again)
		}
	}
}

func TestStringsThatManyDatabasesCannotStoreAreNoted(t *testing.T) {
	for body, want := range map[string]string{
		`{"a":["x","\ud800"]}`:              "/a/1",
		`{"a":"\u0000"}`:                    "/a",
		`{"a":"\ud83d\ude00\ud83d"}`:        "/a",
		`{"a":"\ud800\ud83d\ude00"}`:        "/a",
		`["\ud83d\ude00","\\ud800","\\\\"]`: "",
		`["\\ud83d\ude00"]`:                 "/0",
		`{"a":"\ud83d\ude00\ud83d\ude00"}`:  "",
	} {
		if got := Inspect([]byte(body), Sent(), false); got.Broken != nil || places(got.Odd) != want {
			t.Errorf("%s: %+v", body, got)
		}
	}
}

func TestReader(t *testing.T) {
	text := "{\"a\":1}\n [2]{\"b\":1,\"b\":2} {"
	r := NewReader([]byte(text), Typed())
	for _, want := range []string{`{"a":1}`, `[2]`, `{"b":1,"b":2}`, ""} {
		if !r.More() {
			t.Fatal("the end")
		}
		found, from, to := r.Next()
		if (found.Broken == nil) != (want != "") || want != "" && text[from:to] != want || (len(found.Twice) == 1) != (len(want) == 13) {
			t.Errorf("%q: %+v", text[from:to], found)
		}
	}
}

func TestReaderRejectsBytesThatAreNotText(t *testing.T) {
	r := NewReader([]byte("\n {\"a\":\"\xe9\"}"), Typed())
	if !r.More() {
		t.Fatal("the end")
	}
	if found, _, _ := r.Next(); found.Broken == nil || !strings.Contains(found.Broken.What, "0xE9") {
		t.Errorf("%+v", found)
	}
	r = NewReader([]byte("01"), Typed())
	if found, _, _ := r.Next(); found.Broken == nil || !strings.Contains(found.Broken.What, "begins with 0") {
		t.Errorf("%+v", found)
	}
}

func TestFind(t *testing.T) {
	tree := Parse([]byte(`{"a":{"x":1},"a":{"b":[1,{"c":2}]},"\ud800":3,"0":4}`))
	for _, c := range []struct {
		tokens []string
		want   string
	}{
		{[]string{"a", "b", "1", "c"}, "2"}, {[]string{"a", "x"}, ""}, {[]string{"a", "b", "2"}, ""}, {[]string{"a", "b", "01"}, ""},
		{[]string{"\ufffd"}, "3"}, {[]string{"0"}, "4"}, {[]string{"a", "b", "0", "c"}, ""},
	} {
		got := ""
		if n, ok := tree.Find(c.tokens...); ok {
			got = string(tree.Raw(n))
		}
		if got != c.want {
			t.Errorf("%q: %s, want %s", c.tokens, got, c.want)
		}
	}
}

// FuzzText holds what strings say against encoding/json, which loses lone surrogates.
func FuzzText(f *testing.F) {
	for _, seed := range []string{`"\ud800"`, `"a\n\u00e9"`, `"\ud83d\ude00"`, `"\\u0000"`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, quoted []byte) {
		var want string
		if len(quoted) == 0 || quoted[0] != '"' || !utf8.Valid(quoted) || json.Unmarshal(quoted, &want) != nil || quoted[len(quoted)-1] != '"' {
			return
		}
		got := Unquote(quoted)
		if utf8.ValidString(got) && got != want {
			t.Errorf("%s says %q, want %q", quoted, got, want)
		}
		if again := Quote(got); Unquote([]byte(again)) != got || !json.Valid([]byte(again)) {
			t.Errorf("%q is %s again", got, again)
		}
	})
}
