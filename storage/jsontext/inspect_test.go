package jsontext

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestInspectBroken(t *testing.T) {
	for _, c := range []struct{ name, body, where, what, remedy string }{
		{"empty", "", "byte 0", "empty", "send the event"},
		{"BOM", "\xef\xbb\xbf{}", "byte 0", "byte order mark", "without a BOM"},
		{"UTF-16", "\xff\xfe{\x00}\x00", "byte 0", "UTF-16", "UTF-8"},
		{"UTF-16 without a BOM", "{\x00\"\x00", "byte 0", "UTF-16", "write UTF-8"},
		{"UTF-16 the other way round", "\x00{\x00}", "byte 0", "UTF-16", "write UTF-8"},
		{"space", " \r\n\t", "byte 0", "nothing but white space", "send the event"},
		{"gzip", "\x1f\x8b\x08\x00", "byte 0", "compressed with gzip", "uncompressed"},
		{"zlib", "\x78\x9c\xab\x00", "byte 0", "compressed with deflate", "uncompressed"},
		{"zstd", "\x28\xb5\x2f\xfd", "byte 0", "compressed with zstd", "uncompressed"},
		{"Latin-1", `{"a":"caf` + "\xe9" + `"}`, "line 1, column 10", "0xE9", "Latin-1"},
		{"encoded surrogate", `{"a":"` + "\xed\xa0\x80" + `"}`, "line 1, column 7", "0xED", "UTF-8"},
		{"cut in a key", `{"a`, "line 1, column 4", "ends within a string", "whole body"},
		{"cut after a key", `{"a"`, "line 1, column 5", "the end of the body where the colon", "whole"},
		{"cut after a colon", `{"a":`, "line 1, column 6", "the end of the body", "whole"},
		{"cut after a value", `{"a":1`, "line 1, column 7", "comma or }", "whole"},
		{"cut in an array", `[1`, "line 1, column 3", "comma or ]", "whole"},
		{"line and column", "{\n  \"é\": 1,\n  é}", "line 3, column 3", "a key", "double quotes"},
		{"trailing comma", `{"a":1,}`, "line 1, column 8", "a comma with nothing after it", "before }"},
		{"trailing comma in an array", `[1, ]`, "line 1, column 5", "a comma with nothing after it", "before ]"},
		{"missing comma", `{"a":1 "b":2}`, "line 1, column 8", "comma or }", "comma between"},
		{"no colon", `{"a" 1}`, "line 1, column 6", "'1' where the colon after the key should be", `write "key": value`},
		{"NUL for a key", "{\"a\":1,\x00", "line 1, column 8", `'\x00' where a key`, "remove the NUL"},
		{"NUL for a comma", "{\"a\":1\x00", "line 1, column 7", `'\x00' where a comma or }`, "remove the NUL"},
		{"another bracket", `{"a":[1}`, "line 1, column 8", "'}' where a comma or ]", "close it with ]"},
		{"trailing bytes", "{}\n x", "line 2, column 2", "after the JSON value", "one event per request"},
		{"two events", "{}{}", "line 1, column 3", "after the JSON value", "one event per request"},
		{"UTF-16 of an array", "[\x00]\x00", "byte 0", "UTF-16", "write UTF-8"},
		{"UTF-16 of a string", "\x00\"\x00a\x00\"", "byte 0", "UTF-16", "write UTF-8"},
		{"UTF-16 of the other order with a BOM", "\xfe\xff\x00{\x00}", "byte 0", "UTF-16", "UTF-8"},
		{"UTF-32", "{\x00\x00\x00}\x00\x00\x00", "byte 0", "UTF-32", "UTF-8"},
		{"UTF-32 with a BOM", "\xff\xfe\x00\x00{\x00\x00\x00", "byte 0", "UTF-32", "UTF-8"},
		{"Windows quotes", "{\x93a\x94:1}", "line 1, column 2", "0x93", "Windows-1252"},
		{"smart quotes", "{“a”:1}", "line 1, column 2", "'“' (U+201C) where a key", "straight double quotes"},
		{"a smart quote at the end", "{\"a”: 1}", "line 1, column 9", "ends within a string", "straight double quotes"},
		{"a smart quote for a value", "[”a”]", "line 1, column 2", "a value", "straight double quotes"},
		{"guillemets", "[«a»]", "line 1, column 2", "a value", "straight double quotes"},
		{"no-break space", "{\u00a0\"a\":1}", "line 1, column 2", `(U+00A0) where a key`, "U+00A0 is invisible"},
		{"zero-width space", "{\"a\":\u200b1}", "line 1, column 6", "(U+200B) where a value", "U+200B is invisible"},
		{"BOM within", "[1,\ufeff2]", "line 1, column 4", "(U+FEFF)", "is invisible"},
		{"zero-width space at the end", "{}\u200b", "line 1, column 3", "(U+200B)", "is invisible"},
		{"ideographic comma", "[1，2]", "line 1, column 3", "(U+FF0C)", "write ','"},
		{"control character between", "[1,\x0b2]", "line 1, column 4", "a value", "control character U+000B"},
		{"hash comment", "{# x\n}", "line 1, column 2", "a key", "no comments"},
		{"comment at the end", "{} // x", "line 1, column 4", "after", "no comments"},
		{"semicolon", "{};", "line 1, column 3", "after", "remove the ;"},
		{"a bracket too many", "{}}", "line 1, column 3", "after", "no opening one"},
		{"hexadecimal", "[0x1F]", "line 1, column 3", "'x' where a comma", "decimal digits"},
		{"underscores", "[1_000]", "line 1, column 3", "a comma", "decimal digits"},
		{"BigInt", "[10n]", "line 1, column 4", "a comma", "decimal digits"},
		{"a bare date", "[2026-10-01]", "line 1, column 6", "a comma", "as a string"},
		{"minus infinity", "[-Infinity]", "line 1, column 3", "a digit", "no NaN"},
		{"capitals", "[TRUE]", "line 1, column 2", "a value", "in lower case"},
		{"nan", "[nan]", "line 1, column 2", "a value", "no NaN"},
		{"two commas", "[1,,2]", "line 1, column 4", "a value", "remove the comma"},
		{"the shell's quotes", `'{"a":1}'`, "line 1, column 1", "a value", "the shell has passed them on"},
		{"escaped quotes", `{\"a\":1}`, "line 1, column 2", "a key", "remove the backslashes"},
		{"HTML", "{&quot;a&quot;:1}", "line 1, column 2", "a key", "escaped for HTML"},
		{"a template", `{"a":{{b}}}`, "line 1, column 7", "a key", "every key"},
		{"a shell variable", `{"a":${B}}`, "line 1, column 6", "a value", "placeholder"},
		{"a token", "eyJhbGciOiJIUzI1NiJ9.e30.x", "line 1, column 1", "a value", "token or base64"},
		{"YAML", "name: x\nurl: y\n", "line 1, column 1", "a value", "YAML"},
		{"a YAML list", "- a\n- b\n", "line 1, column 2", "a digit", "YAML"},
		{"an unquoted key", "{a:1}", "line 1, column 2", "a key", "every key in double quotes"},
		{"backticks", "[`a`]", "line 1, column 2", "a value", "double quotes"},
		{"trailing NUL", "{}\x00", "line 1, column 3", `'\x00'`, "remove the NUL"},
		{"single quotes", `{'a':1}`, "line 1, column 2", `'\''`, "double quotes"},
		{"single quoted value", `{"a":'b'}`, "line 1, column 6", "a value", "double quotes"},
		{"Python", `{"a":None}`, "line 1, column 6", "a value", "json.dumps"},
		{"NaN", `{"a":NaN}`, "line 1, column 6", "a value", "no NaN"},
		{"comment", "{// x\n}", "line 1, column 2", "a key", "comments"},
		{"comment after a value", "[1/**/]", "line 1, column 3", "a comma", "comments"},
		{"comment for a value", "[/**/]", "line 1, column 2", "a value", "comments"},
		{"XML", "<a/>", "line 1, column 1", "a value", "XML"},
		{"form", "a=b&c=d", "line 1, column 1", "a value", "form"},
		{"line break in a string", "[\"a\nb\"]", "line 1, column 4", "control character", "escape"},
		{"unknown escape", `["\x41"]`, "line 1, column 4", "unknown escape", "backslash"},
		{"short escape", `["\u12"]`, "line 1, column 7", "hexadecimal", "u00e9"},
		{"cut in an escape", `["\`, "line 1, column 4", "unknown escape", "backslash"},
		{"leading zero", `[01]`, "line 1, column 3", "begins with 0", "string"},
		{"minus alone", `[-]`, "line 1, column 3", "a digit", "-1"},
		{"point alone", `[1.]`, "line 1, column 4", "a digit", "1.0"},
		{"no exponent", `[1e+]`, "line 1, column 5", "a digit", "1e3"},
		{"plus", `[+1]`, "line 1, column 2", "a value", "without a plus"},
		{"word cut", `[tru]`, "line 1, column 2", "a value", "JSON value"},
		{"too deep", strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1), "line 1, column 1001", "deep", "nest less"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Inspect([]byte(c.body), BodyWording(), true).Broken
			if got == nil {
				t.Fatal("found nothing wrong")
			}
			if got.Place().short() != c.where || !strings.Contains(got.What, c.what) || !strings.Contains(got.Remedy, c.remedy) {
				t.Errorf("got %+v\nwant %q, %q, %q", *got, c.where, c.what, c.remedy)
			}
		})
	}
}

func TestInspectWhole(t *testing.T) {
	manyKeys := func(last string) string {
		var body strings.Builder
		for i := range 100 {
			fmt.Fprintf(&body, `"k%d":0,`, i)
		}
		return "{" + body.String() + last + ":0}"
	}
	for _, c := range []struct {
		name, body   string
		twice, large string // JSON Pointers, separated by spaces
	}{
		{"all kinds", " {\"a\":[true,false,null,-0.5e-3,\"\\u00e9\\n\"],\"b\":{}}\r\n", "", ""},
		{"same key in two objects", `{"a":{"k":1},"k":{"k":2}}`, "", ""},
		{"twice", `{"a":1,"a":2}`, "/a", ""},
		{"twice, escaped", `{"a":1,"\u0061":2}`, "/a", ""},
		{"three times", `{"a":1,"a":2,"a":3}`, "/a /a", ""},
		{"twice within", `{"x":[0,{"a/~":1,"a/~":1}]}`, "/x/1/a~1~0", ""},
		{"empty key twice", `{"":1,"":2}`, "/", ""},
		{"many keys", manyKeys(`"x"`), "", ""},
		{"twice among many", manyKeys(`"k3"`), "/k3", ""},
		{"twice, the last of few", manyKeys(`"k16"`), "/k16", ""},
		{"keys of other lone surrogates", `{"\ud800":1,"\ud801":2,"\ufffd":3,"\\ud800":4}`, "", ""},
		{"the same lone surrogate", `{"\ud800":1,"\uD800":2}`, `/\ud800`, ""},
		{"large numbers", `[9007199254740991,9007199254740992,9007199254740993,-9007199254740993,1e15,1e16,1e400,123456789012345.5,1E2]`, "", "/2 /3 /5 /6"},
		{"numbers around 2^53", `[-9007199254740992,9007199254740992.0,9007199254740992.25,-9007199254740991.5]`, "", "/2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Inspect([]byte(c.body), BodyWording(), true)
			if got.Broken != nil {
				t.Fatalf("broken: %+v", *got.Broken)
			}
			if where := places(got.Twice); where != c.twice {
				t.Errorf("keys that occur twice: got %q, want %q", where, c.twice)
			}
			if where := places(got.Large); where != c.large {
				t.Errorf("large numbers: got %q, want %q", where, c.large)
			}
		})
	}
}

// places returns the JSON Pointers of flaws, separated by spaces.
func places(flaws []Flaw) string {
	pointers := make([]string, len(flaws))
	for i, f := range flaws {
		pointers[i] = f.Where
	}
	return strings.Join(pointers, " ")
}

func TestInspectLimitsItsFindings(t *testing.T) {
	body := "[" + strings.Repeat("1e400,", 1000) + "0]"
	if got := len(Inspect([]byte(body), BodyWording(), false).Large); got != maxNoted {
		t.Errorf("got %d findings, want %d", got, maxNoted)
	}
}

func FuzzInspect(f *testing.F) {
	for _, seed := range []string{
		`{"a":[1,-2.5e+3,"x\u00e9\n",true,false,null,{}]}`, `[01]`, `{"a":1,}`, `"\ud800"`, "{}\x00", `{"a":1,"\u0061":2}`,
		" ", "\"\x7f\"", "[1e400]", "nul", strings.Repeat("[", 50), "\xef\xbb\xbf{}", "\"\xff\"",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got := Inspect(body, BodyWording(), true)
		for _, found := range append(append(got.Twice, got.Large...), deref(got.Broken)...) {
			if found.Offset < 0 || found.Offset > len(body) || !utf8.ValidString(found.What) {
				t.Fatalf("invalid finding %+v in a text of %d bytes", found, len(body))
			}
		}
		if utf8.Valid(body) && !bytes.HasPrefix(body, []byte("\xef\xbb\xbf")) && !tooDeep(got.Broken) && (got.Broken == nil) != json.Valid(body) {
			t.Fatalf("got %+v, but json.Valid returns %v", got.Broken, json.Valid(body))
		}
	})
}

func tooDeep(f *Flaw) bool { return f != nil && strings.Contains(f.What, "deep") }

func deref(f *Flaw) []Flaw {
	if f == nil {
		return nil
	}
	return []Flaw{*f}
}
