package main

import (
	"testing"

	"backchannel/storage"
)

func TestShownCheck(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]storage.Check{
		"  fail  aud: expected \"a\", got \"b\"; send a": {Name: "aud", Result: storage.Fail, Expected: `"a"`, Actual: `"b"`, Remedy: "send a"},
		"  n/a   exp: there is no token to judge":        {Name: "exp", Result: storage.NotApplicable, Actual: "there is no token to judge"},
		"  n/a   kid: any":                               {Name: "kid", Result: storage.NotApplicable, Expected: "any"},
	} {
		if got := shownCheck(c); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
