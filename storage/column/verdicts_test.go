package column

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"backchannel/storage"
)

func TestUnpackVerdictsReversesPackVerdicts(t *testing.T) {
	t.Parallel()
	texts := []string{"", "plain", `a "quoted" \ one`, "two\nlines\x00\x7f", "é 漢 🙂 \u202e", "<b>&</b>", "\u2028", `"`, `\`, `"a`, `a"`}
	var v storage.Verdicts
	for i, text := range texts {
		v.Auth.Checks = append(v.Auth.Checks, storage.Check{Name: "check", Result: storage.Pass, Expected: text, Actual: texts[len(texts)-1-i], Remedy: text})
	}
	v.Auth.Checks = append(v.Auth.Checks, storage.Check{Name: "as expected", Expected: "a", Actual: "a"},
		storage.Check{Name: "as expected, but", Expected: "a", Actual: "a", Remedy: "r"}, storage.Check{Expected: "a"}, storage.Check{Actual: "a"}, storage.Check{})
	v.Auth.Result, v.Auth.Word, v.Auth.Reason = storage.Fail, "no aud", texts[2]
	for _, text := range texts {
		v.Schema.Checks = append(v.Schema.Checks, storage.Check{Name: "a", Result: storage.Fail, Expected: text, Actual: text, Word: "b"},
			storage.Check{Name: "json", Result: storage.Fail, Actual: text + " at byte 7", At: &storage.Position{}},
			storage.Check{Name: "json", Result: storage.Fail, Actual: text, Remedy: text, At: &storage.Position{Byte: 1, Line: 2, Column: 3}})
	}
	v.Target = storage.Verdict{Result: storage.NotApplicable, Reason: texts[4]}
	v.Order = storage.Verdict{Result: storage.Pass, Checks: []storage.Check{{Name: "order", Result: storage.Pass}}}
	verdicts, checks := PackVerdicts(v)
	var got storage.Verdicts
	if err := UnpackVerdicts(verdicts, checks, &got); err != nil {
		t.Fatalf("%v in %s and %s", err, verdicts, checks)
	}
	if diff := cmp.Diff(v, got); diff != "" {
		t.Error(diff)
	}
	got = storage.Verdicts{}
	if err := UnpackVerdicts(verdicts, "", &got); err != nil || got.Auth.Checks != nil || got.Auth.Reason != v.Auth.Reason || got.Auth.Word != v.Auth.Word {
		t.Errorf("without checks: got %+v, %v", got, err)
	}
}

func TestChecksStoredAsObjectsAreRead(t *testing.T) {
	t.Parallel()
	want := []storage.Check{{Name: "exp", Result: storage.Fail, Expected: "later", Actual: "earlier", Remedy: "wait"}}
	checks, err := json.Marshal(map[string][]storage.Check{"auth": want})
	if err != nil {
		t.Fatal(err)
	}
	var got storage.Verdicts
	if err := UnpackVerdicts(`{}`, string(checks), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got.Auth.Checks); diff != "" {
		t.Error(diff)
	}
	if _, nothing := PackVerdicts(storage.Verdicts{}); nothing != "{}" {
		t.Errorf("no checks: got %s", nothing)
	}
}
