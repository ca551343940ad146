package receiver

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
		{"space", " \r\n\t", "byte 0", "nothing but space", "send the event"},
		{"gzip", "\x1f\x8b\x08\x00", "byte 0", "compressed by gzip", "uncompressed"},
		{"zlib", "\x78\x9c\xab\x00", "byte 0", "compressed by deflate", "uncompressed"},
		{"zstd", "\x28\xb5\x2f\xfd", "byte 0", "compressed by zstd", "uncompressed"},
		{"Latin-1", `{"a":"caf` + "\xe9" + `"}`, "line 1, column 10", "0xE9", "Latin-1"},
		{"encoded surrogate", `{"a":"` + "\xed\xa0\x80" + `"}`, "line 1, column 7", "0xED", "UTF-8"},
		{"cut in a key", `{"a`, "line 1, column 4", "ends within a string", "whole"},
		{"cut behind a key", `{"a"`, "line 1, column 5", "the end of the body where the colon", "whole"},
		{"cut behind a colon", `{"a":`, "line 1, column 6", "the end of the body", "whole"},
		{"cut behind a value", `{"a":1`, "line 1, column 7", "comma or }", "whole"},
		{"cut in an array", `[1`, "line 1, column 3", "comma or ]", "whole"},
		{"line and column", "{\n  \"é\": 1,\n  é}", "line 3, column 3", "a key", "double quotes"},
		{"trailing comma", `{"a":1,}`, "line 1, column 8", "a comma with nothing behind it", "before }"},
		{"trailing comma in an array", `[1, ]`, "line 1, column 5", "a comma with nothing behind it", "before ]"},
		{"missing comma", `{"a":1 "b":2}`, "line 1, column 8", "comma or }", "comma between"},
		{"no colon", `{"a" 1}`, "line 1, column 6", "'1' where the colon behind the key should be", `write "key": value`},
		{"NUL for a key", "{\"a\":1,\x00", "line 1, column 8", `'\x00' where a key`, "double quotes"},
		{"NUL for a comma", "{\"a\":1\x00", "line 1, column 7", `'\x00' where a comma or }`, "put a comma"},
		{"another bracket", `{"a":[1}`, "line 1, column 8", "'}' where a comma or ]", "close it with ]"},
		{"trailing bytes", "{}\n x", "line 2, column 2", "behind the JSON value", "one event per request"},
		{"two events", "{}{}", "line 1, column 3", "behind the JSON value", "one event per request"},
		{"trailing NUL", "{}\x00", "line 1, column 3", `'\x00'`, "nothing behind"},
		{"single quotes", `{'a':1}`, "line 1, column 2", `'\''`, "double quotes"},
		{"single quoted value", `{"a":'b'}`, "line 1, column 6", "a value", "double quotes"},
		{"Python", `{"a":None}`, "line 1, column 6", "a value", "json.dumps"},
		{"NaN", `{"a":NaN}`, "line 1, column 6", "a value", "no NaN"},
		{"comment", "{// x\n}", "line 1, column 2", "a key", "comments"},
		{"comment behind a value", "[1/**/]", "line 1, column 3", "a comma", "comments"},
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
			got := inspect([]byte(c.body)).Broken
			if got == nil {
				t.Fatal("found nothing wrong")
			}
			if got.Where != c.where || !strings.Contains(got.What, c.what) || !strings.Contains(got.Remedy, c.remedy) {
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
		twice, large string // pointers, joined by spaces
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
		{"large numbers", `[9007199254740991,9007199254740992,9007199254740993,-9007199254740993,1e15,1e16,1e400,123456789012345.5,1E2]`, "", "/2 /3 /5 /6"},
		{"numbers around 2^53", `[-9007199254740992,9007199254740992.0,9007199254740992.25,-9007199254740991.5]`, "", "/2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := inspect([]byte(c.body))
			if got.Broken != nil {
				t.Fatalf("broken: %+v", *got.Broken)
			}
			if where := places(got.Twice); where != c.twice {
				t.Errorf("twice at %q, want %q", where, c.twice)
			}
			if where := places(got.Large); where != c.large {
				t.Errorf("large at %q, want %q", where, c.large)
			}
		})
	}
}

func places(flaws []flaw) string {
	where := make([]string, len(flaws))
	for i, f := range flaws {
		where[i] = f.Where
	}
	return strings.Join(where, " ")
}

func TestInspectTellsOfSomeOnly(t *testing.T) {
	body := "[" + strings.Repeat("1e400,", 1000) + "0]"
	if got := len(inspect([]byte(body)).Large); got != maxNoted {
		t.Errorf("%d findings, want %d", got, maxNoted)
	}
}

func TestPrettyLines(t *testing.T) {
	for _, body := range []string{
		`{"a":1,"b":[1,2,{"c":"x,]}\"y"}],"d":{},"e":[],"f":[[],[ ]],"g":"z"}`,
		"{ \"a\" : [ 1 ,\n 2 ] , \"b\" : { } }",
		`[]`, `"x"`, `[[[1]]]`,
	} {
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, []byte(body), "", "  "); err != nil {
			t.Fatal(err)
		}
		// The n-th byte that is no space is the same in both.
		var lines []int
		line := 1
		for _, c := range pretty.Bytes() {
			if c == '\n' {
				line++
			} else if c != ' ' {
				lines = append(lines, line)
			}
		}
		p, n := newPrettyLines([]byte(body)), 0
		for at, c := range []byte(body) {
			if c == ' ' || c == '\n' {
				continue
			}
			if startsToken(body, at) {
				if got := p.of(at); got != lines[n] {
					t.Errorf("%s: byte %d (%c) is on line %d, want %d", body, at, c, got, lines[n])
				}
			}
			n++
		}
	}
}

// startsToken reports whether a value, a key or an opening bracket begins at a byte.
func startsToken(body string, at int) bool {
	decoder := json.NewDecoder(strings.NewReader(body))
	for {
		from := int(decoder.InputOffset())
		if _, err := decoder.Token(); err != nil {
			return false
		}
		end := int(decoder.InputOffset())
		if end <= at {
			continue
		}
		start := end - len(strings.TrimLeft(body[from:end], " \n,:"))
		return start == at && body[at] != '}' && body[at] != ']'
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
		got := inspect(body)
		for _, found := range append(append(got.Twice, got.Large...), deref(got.Broken)...) {
			if found.Offset < 0 || found.Offset > len(body) || !utf8.ValidString(found.What) {
				t.Fatalf("odd finding %+v", found)
			}
		}
		if utf8.Valid(body) && !bytes.HasPrefix(body, []byte("\xef\xbb\xbf")) && !tooDeep(got.Broken) && (got.Broken == nil) != json.Valid(body) {
			t.Fatalf("found %+v, encoding/json says %v", got.Broken, json.Valid(body))
		}
		if got.Broken == nil {
			lines := newPrettyLines(body)
			for at := range body {
				lines.of(at)
			}
		}
	})
}

func tooDeep(f *flaw) bool { return f != nil && strings.Contains(f.What, "deep") }

func deref(f *flaw) []flaw {
	if f == nil {
		return nil
	}
	return []flaw{*f}
}
