package main

import "testing"

func TestNearest(t *testing.T) {
	names := []string{"list", "show", "create", "acme-production", "Ünïcode"}
	for word, want := range map[string]string{
		"lst": "list", "lsit": "list", "LIST": "list", "creat": "create", "acme": "acme-production",
		"ünicode": "Ünïcode", "xyz": "", "": "", "l": "list", "q": "",
	} {
		if got := nearest(word, names); got != want {
			t.Errorf("nearest(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestAsksForJSON(t *testing.T) {
	for _, test := range []struct {
		args []string
		want bool
	}{
		{nil, false},
		{[]string{"x", "--output", "json"}, true},
		{[]string{"--output=json", "x"}, true},
		{[]string{"--output"}, false},
		{[]string{"--output", "table"}, false},
		{[]string{"--", "--output", "json"}, false},
	} {
		if got := asksForJSON(test.args); got != test.want {
			t.Errorf("asksForJSON(%q) = %v", test.args, got)
		}
	}
}
