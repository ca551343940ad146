package receiver

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"backchannel/fixtures"
	"backchannel/receiver/intake"
	"backchannel/storage"
	"backchannel/storage/jsontext"
)

// judge judges whether a body is complete, not compressed, strict JSON, and valid by the
// schema of the payload revision.
func (s *schemas) judge(revision storage.Revision, received intake.Body, codings []string) storage.Verdict {
	if c, ok := checkWhole(received, codings); !ok {
		return failed(c)
	}
	body := received.Bytes
	found := jsontext.Inspect(body, jsontext.BodyWording(), len(body) <= intake.Small)
	if found.Broken != nil {
		return failed(checkBroken(found.Broken))
	}
	if len(found.Twice) > 0 {
		return failed(checkKeys(body, found.Twice)...)
	}
	if !s.accept(revision, &found.Tree) {
		violations, other, err := s.explain(revision, body)
		if err != nil {
			return failed(storage.Check{Name: "schema", Result: storage.Fail, Expected: "a body that can be validated", Actual: err.Error()})
		}
		if len(violations) > 0 {
			return failed(checkViolations(body, violations, other)...)
		}
	}
	name := "the schema of revision " + string(revision)
	return passed("the body is valid by "+name+noted(found), append([]storage.Check{
		{Name: "json", Result: storage.Pass, Expected: "one JSON text in UTF-8, no key twice", Actual: "one"},
		{Name: "schema", Result: storage.Pass, Expected: name, Actual: "nothing missing, nothing wrong"},
	}, checkNoted(body, found)...)...)
}

// checkWhole reports whether the body is complete and not compressed, so that it can be
// parsed.
func checkWhole(body intake.Body, codings []string) (storage.Check, bool) {
	if coding := strings.Join(codings, ", "); coding != "" && !strings.EqualFold(strings.TrimSpace(coding), "identity") {
		return storage.Check{Name: "encoding", Word: "coding", Result: storage.Fail, Expected: "a body without Content-Encoding",
			Actual: "Content-Encoding " + intake.Quote(coding), Remedy: "send the JSON uncompressed; the body is stored as received"}, false
	}
	if body.Flaw != "" {
		word := "cut"
		if body.Flaw == storage.BodyOverLong {
			word = "long"
		}
		return storage.Check{Name: "whole", Word: word, Result: storage.Fail, Expected: "the whole body", Actual: body.Reason,
			Remedy: "send as many bytes as are announced, without a pause, and at most 1 MiB"}, false
	}
	return storage.Check{}, true
}

// checkBroken returns the failed check of a body that is not JSON.
func checkBroken(f *jsontext.Flaw) storage.Check {
	at := f.Place()
	return storage.Check{Name: "json", Result: storage.Fail, Expected: "one JSON text in UTF-8", Actual: f.What, Remedy: f.Remedy, At: &at}
}

// position returns where in the indented body an offset is.
func position(lines *jsontext.Lines, offset int) *storage.Position {
	return &storage.Position{Byte: offset, Line: lines.Of(offset)}
}

// checkKeys returns a failed check for each key that occurs twice. JSON parsers differ in which
// of the values they use (RFC 8259 §4), so the event would not mean the same to everyone.
func checkKeys(body []byte, twice []jsontext.Flaw) []storage.Check {
	lines := jsontext.NewLines(body)
	checks := make([]storage.Check, len(twice))
	for i, f := range twice {
		checks[i] = storage.Check{Name: "keys " + intake.Clip(f.Where, intake.MaxShown), Word: "keys", Result: storage.Fail,
			Expected: "every key once", Actual: f.What, Remedy: f.Remedy, At: position(lines, f.Offset)}
	}
	return checks
}

// explain validates a body with the schema library, which needs a hundred times the body's
// size in memory. So it does this for one body at a time, with separate slots for small
// and large ones, so that small bodies do not wait for large ones.
func (s *schemas) explain(revision storage.Revision, body []byte) ([]fixtures.Violation, storage.Revision, error) {
	if len(body) > intake.Small {
		s.large <- struct{}{}
		defer func() { <-s.large }()
		violations, err := fixtures.Validate(revision, body)
		return violations, "", err
	}
	s.small <- struct{}{}
	defer func() { <-s.small }()
	violations, err := fixtures.Validate(revision, body)
	if len(violations) == 0 {
		return nil, "", err
	}
	return violations, otherRevision(revision, body), nil
}

// otherRevision returns the payload revision, other than the webhook's, by whose schema a
// body is valid.
func otherRevision(than storage.Revision, body []byte) storage.Revision {
	for _, other := range storage.Revisions() {
		if other == than {
			continue
		}
		if violations, err := fixtures.Validate(other, body); err == nil && len(violations) == 0 {
			return other
		}
	}
	return ""
}

// checkViolations returns a failed check for each violation of the schema. other is the payload
// revision by which the body is valid, or "".
func checkViolations(body []byte, violations []fixtures.Violation, other storage.Revision) []storage.Check {
	lines := jsontext.NewLines(body)
	checks := make([]storage.Check, len(violations))
	for i, v := range violations {
		checks[i] = storage.Check{
			Name: "schema " + violationPlace(v), Word: violationWord(v), Result: storage.Fail, Expected: v.Expected, Actual: v.Actual,
			Remedy: violationRemedy(v, other) + otherCase(body, v), At: position(lines, v.Offset),
		}
	}
	if len(violations) == fixtures.MaxViolations {
		checks = append(checks, storage.Check{Name: "schema", Result: storage.NotApplicable, Expected: "nothing else wrong",
			Actual: "not judged: there may be more", Remedy: "fix those above first"})
	}
	return checks
}

// violationPlace returns where a violation is, as a JSON Pointer.
func violationPlace(v fixtures.Violation) string {
	if v.Pointer == "" {
		return "(the whole)"
	}
	return intake.Clip(v.Pointer, intake.MaxShown)
}

// violationWord returns the end of the path of a field that violates the schema. The field is named by
// the last two names of its path, because the last one alone is often "value" or "id".
func violationWord(v fixtures.Violation) string {
	return cmp.Or(storage.PointerEnd(intake.Clip(v.Pointer, intake.MaxShown)), "body")
}

// violationRemedy returns what the sender should do about a violation.
func violationRemedy(v fixtures.Violation, other storage.Revision) string {
	switch {
	case other != "":
		return fmt.Sprintf("this is an event of payload revision %s: set that for the webhook, or have the sender use the webhook's", other)
	case v.Missing:
		return "add the key; every key of Adobe's samples must be there, with null where a sample has null"
	}
	return "send exactly what was expected: letter case and quotes count"
}

// otherCase returns a hint if a missing key is present in another letter case.
func otherCase(body []byte, v fixtures.Violation) string {
	if !v.Missing || len(body) > intake.Small {
		return ""
	}
	var siblings map[string]json.RawMessage
	if json.NewDecoder(bytes.NewReader(body[v.Offset:])).Decode(&siblings) != nil {
		return ""
	}
	missing := v.Pointer[strings.LastIndexByte(v.Pointer, '/')+1:]
	for key := range siblings {
		if strings.EqualFold(key, missing) {
			return "; " + intake.Quote(key) + " is there, but letter case counts"
		}
	}
	return ""
}

// noted describes values that are valid but that some readers cannot represent.
func noted(found jsontext.Inspection) string {
	var text strings.Builder
	for _, all := range [][]jsontext.Flaw{found.Large, found.Odd} {
		if len(all) > 0 {
			fmt.Fprintf(&text, "; note %s at %s", all[0].What, intake.Clip(all[0].Where, intake.MaxShown))
		}
	}
	return text.String()
}

// checkNoted returns a passed check for each value that some readers cannot represent: numbers
// beyond 2^53, which a JavaScript number does not hold exactly, and strings such as those with a
// lone surrogate.
func checkNoted(body []byte, found jsontext.Inspection) []storage.Check {
	checks := make([]storage.Check, 0, len(found.Large)+len(found.Odd))
	add := func(name, expected string, all []jsontext.Flaw) {
		lines := jsontext.NewLines(body)
		for _, f := range all {
			checks = append(checks, storage.Check{Name: name + " " + intake.Clip(f.Where, intake.MaxShown), Result: storage.Pass, Expected: expected,
				Actual: f.What, Remedy: f.Remedy, At: position(lines, f.Offset)})
		}
	}
	add("number", "a number up to 2^53", found.Large)
	add("string", "text that every reader can represent", found.Odd)
	return checks
}
