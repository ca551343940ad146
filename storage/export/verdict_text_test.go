package export

import (
	"testing"

	"backchannel/storage"
)

func TestVerdictText(t *testing.T) {
	t.Parallel()
	got := VerdictText(storage.Verdicts{Auth: storage.Verdict{Result: storage.Fail, Reason: "aud: expected a\x1b[2J, got b", Checks: []storage.Check{
		{Name: "aud", Result: storage.Fail, Expected: `"a"`, Actual: "b\nc", Remedy: "send a"},
		{Name: "exp", Result: storage.NotApplicable, Actual: "there is no token to judge"},
		{Name: "kid", Result: storage.NotApplicable, Expected: "any"},
	}}, Schema: storage.Verdict{Result: storage.Pass, Reason: "the body is as the schema has it"}})
	want := "auth       fail  aud: expected a" + `\x1b` + "[2J, got b\n" +
		`             fail  aud: expected "a", got b\x0ac; send a` + "\n" +
		"             n/a   exp: there is no token to judge\n" +
		"             n/a   kid: any\n" +
		"schema     pass  the body is as the schema has it\n"
	if len(got) < len(want) || got[:len(want)] != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
