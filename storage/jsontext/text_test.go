package jsontext

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestUnquoteKeepsTextsDistinct(t *testing.T) {
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
			t.Errorf("%s: got %q, shown as %q, quoted as %s; want %q, %q, %s", c.quoted, text, shown, again, c.text, c.shown, c.again)
		}
	}
}

func TestInspectNotesStringsThatManyDatabasesCannotStore(t *testing.T) {
	for body, want := range map[string]string{
		`{"a":["x","\ud800"]}`:              "/a/1",
		`{"a":"\u0000"}`:                    "/a",
		`{"a":"\ud83d\ude00\ud83d"}`:        "/a",
		`{"a":"\ud800\ud83d\ude00"}`:        "/a",
		`["\ud83d\ude00","\\ud800","\\\\"]`: "",
		`["\\ud83d\ude00"]`:                 "/0",
		`{"a":"\ud83d\ude00\ud83d\ude00"}`:  "",
	} {
		if got := Inspect([]byte(body), BodyWording(), false); got.Broken != nil || places(got.Odd) != want {
			t.Errorf("%s: got %+v, want a note at %q", body, got, want)
		}
	}
}

func TestReader(t *testing.T) {
	text := "{\"a\":1}\n [2]{\"b\":1,\"b\":2} {"
	r := NewReader([]byte(text), InputWording())
	for _, want := range []string{`{"a":1}`, `[2]`, `{"b":1,"b":2}`, ""} {
		if !r.More() {
			t.Fatal("More returned false before the end")
		}
		found, from, to := r.Next()
		if (found.Broken == nil) != (want != "") || want != "" && text[from:to] != want || (len(found.Twice) == 1) != (len(want) == 13) {
			t.Errorf("got %q, %+v; want %q", text[from:to], found, want)
		}
	}
}

func TestReaderRejectsBytesThatAreNotText(t *testing.T) {
	r := NewReader([]byte("\n {\"a\":\"\xe9\"}"), InputWording())
	if !r.More() {
		t.Fatal("More returned false before the end")
	}
	if found, _, _ := r.Next(); found.Broken == nil || !strings.Contains(found.Broken.What, "0xE9") {
		t.Errorf("got %+v, want a flaw at byte 0xE9", found)
	}
	r = NewReader([]byte("01"), InputWording())
	if found, _, _ := r.Next(); found.Broken == nil || !strings.Contains(found.Broken.What, "begins with 0") {
		t.Errorf("got %+v, want a flaw in the number", found)
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
			t.Errorf("%q: got %s, want %s", c.tokens, got, c.want)
		}
	}
}

// FuzzText compares Unquote with encoding/json, except for lone surrogates, which encoding/json replaces.
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
			t.Errorf("Unquote(%s) = %q, want %q", quoted, got, want)
		}
		if again := Quote(got); Unquote([]byte(again)) != got || !json.Valid([]byte(again)) {
			t.Errorf("Quote(%q) = %s, which is not the same text", got, again)
		}
	})
}
