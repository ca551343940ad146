package diff

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func leavesOf(t *testing.T, document string) []Leaf {
	t.Helper()
	all, err := Leaves([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestCompare(t *testing.T) {
	for _, test := range []struct{ name, from, to, want string }{
		{"space", `{"a":1}`, ` { "a" : 1 } `, `{"same":true,"reordered":false,"changed":[],"added":[],"removed":[]}`},
		{"order", `{"a":1,"b":2}`, `{"b":2,"a":1}`, `{"same":true,"reordered":true,"changed":[],"added":[],"removed":[]}`},
		{"escapes", `["é"]`, `["\u00e9"]`, `{"same":true,"reordered":false,"changed":[],"added":[],"removed":[]}`},
		{"digits", `[9007199254740993]`, `[9007199254740992]`,
			`{"same":false,"reordered":false,"changed":[{"path":"/0","from":9007199254740993,"to":9007199254740992}],"added":[],"removed":[]}`},
		{"all at once", `{"a":null,"b":{"c~/d":[1,2]},"e":{}}`, `{"a":0,"b":{"c~/d":[1]},"f":true}`,
			`{"same":false,"reordered":false,"changed":[{"path":"/a","from":null,"to":0}],"added":[{"path":"/f","value":true}],` +
				`"removed":[{"path":"/b/c~0~1d/1","value":2},{"path":"/e","value":{}}]}`},
		{"a value becomes an object", `{"a":1}`, `{"a":{"b":1}}`,
			`{"same":false,"reordered":false,"changed":[],"added":[{"path":"/a/b","value":1}],"removed":[{"path":"/a","value":1}]}`},
		{"the whole", `1`, `2`, `{"same":false,"reordered":false,"changed":[{"path":"","from":1,"to":2}],"added":[],"removed":[]}`},
	} {
		got, err := json.Marshal(Compare(leavesOf(t, test.from), leavesOf(t, test.to), nil))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, string(got)); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

func TestNoJSON(t *testing.T) {
	for _, text := range []string{"", "{", `{"a"`, `{"a":}`, "[1,]", "1 2", "{}x"} {
		if all, err := Leaves([]byte(text)); err == nil {
			t.Errorf("%q came out as %v", text, all)
		}
	}
}

func TestShape(t *testing.T) {
	for value, want := range map[string]string{
		`null`: "null", `true`: "true or false", `-1.5`: "a number", `{}`: "an object", `[]`: "an array", `""`: "an empty text",
		`"c2c56b3e-74d9-4c5b-a0b6-2d46bb34d8c1"`: "a UUID", `"2026-10-01T10:00:00.5Z"`: "a time", `"a@b.c"`: "an email address",
		`"+15551234"`: "a phone number", `"HUMA-123"`: "HUMA- and digits", `"aB3"`: "3 letters and digits", `"a b"`: "a text", `"null"`: "4 letters and digits",
	} {
		if got := Shape(json.RawMessage(value)); got != want {
			t.Errorf("%s is %s, want %s", value, got, want)
		}
	}
}
