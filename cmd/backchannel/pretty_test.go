package main

import (
	"strings"
	"testing"
)

func TestPretty(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 5000) + "0" + strings.Repeat(",0", 5000) + strings.Repeat("]", 5000)
	for body, want := range map[string]string{
		`{"b":1.0,"a":[1e5]}`: "{\n  \"b\": 1.0,\n  \"a\": [\n    1e5\n  ]\n}",
		"{\"a\":\"\u202e\"}":  "{\n  \"a\": \"\\u202e\"\n}",
		"no JSON\x1b":         `no JSON\x1b`,
		"{\"a\":\"\xff\"}":    `{"a":"\xff"}`,
		deep:                  deep, // indented it would be 100 MB long
	} {
		if got := pretty([]byte(body)); got != want {
			t.Errorf("pretty(%.50q): got %.50q, of %d bytes; want %.50q", body, got, len(got), want)
		}
	}
}
