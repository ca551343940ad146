package column

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"backchannel/storage"
)

// Words of verdicts that were stored without them are derived from their reasons.
func TestWordsOfOldVerdicts(t *testing.T) {
	t.Parallel()
	for reason, want := range map[string]string{
		"header: expected exactly one Authorization header, got no Authorization header; do this":                                                                                                                                      "miss",
		"header: expected exactly one Authorization header, got 2 Authorization headers; do this":                                                                                                                                      "many",
		"prefix: expected Bearer ••••, got Basic ••••; do this":                                                                                                                                                                        "scheme",
		"segments: expected three segments with two dots between them: header.claims.signature, got an empty token; do this":                                                                                                           "bare",
		"segments: expected three segments with two dots between them: header.claims.signature, got 2 segments; do this":                                                                                                               "form",
		"decode: expected header and claims are JSON objects in base64url, the signature is base64url, all without padding, got the header part: it has 1 character, which do not make up whole bytes: it was cut or changed; do this": "form",
		"segments: expected three segments with two dots between them: header.claims.signature, got 5 segments, as an encrypted token (JWE) has; do this":                                                                              "jwe",
		"segments: expected three segments with two dots between them: header.claims.signature, got a token of 524288 bytes, which is too long to read; do this":                                                                       "long",
		"alg: expected alg \"HS256\", got alg \"none\": an unsigned token, a known attack (RFC 8725 §2.1); do this":                                                                                                                    "none",
		"alg: expected alg \"HS256\", got alg \"NONE\": an unsigned token, a known attack (RFC 8725 §2.1); do this":                                                                                                                    "none",
		"alg: expected alg \"HS256\", got alg \"nOnE\": an unsigned token, a known attack (RFC 8725 §2.1); do this":                                                                                                                    "none",
		"alg: expected alg \"HS256\", got no alg; do this":                                                                                                                                                                             "no alg",
		"alg: expected alg \"HS256\", got alg \"HS512\": another algorithm, so the signature is not verified; do this":                                                                                                                 "alg",
		"alg: expected alg \"HS256\", got alg is a number; do this":                                                                                                                                                                    "alg",
		"alg: expected alg \"HS256\", got alg \"nonesuch\": another algorithm, so the signature is not verified; do this":                                                                                                              "alg",
		"alg: expected alg \"HS256\", got alg \"x, got alg \\\"none\\\"\": another algorithm, so the signature is not verified; do this":                                                                                               "alg",
		"alg: expected alg \"HS256\", got alg \"hs256\": the right algorithm in the wrong letter case; do this":                                                                                                                        "alg",
		"crit: expected no crit, got a crit header; do this":                                                                                                                                                                           "crit",
		"signature: expected a signature with HS256 by the configured key, got a signature that does not verify with the configured key; do this":                                                                                      "sig",
		"signature: expected a signature with HS256 by the configured key, got an empty signature; do this":                                                                                                                            "no sig",
		"kid: expected kid \"one\", got unknown kid \"two\"; do this":                                                                                                                                                                  "kid",
		"kid: expected kid \"one\", got no kid; do this":                                                                                                                                                                               "no kid",
		"exp: expected exp not past by 30 s or more, got exp 17:34:32Z is 120.5 s past; do this":                                                                                                                                       "exp",
		"exp: expected exp not past by 30 s or more, got no exp; do this":                                                                                                                                                              "no exp",
		"nbf: expected nbf not ahead by more than 30 s, got nbf 17:38:32Z is 119.5 s ahead; do this":                                                                                                                                   "nbf",
		"iss: expected iss \"us\", got iss \"no iss\"; do this":                                                                                                                                                                        "iss",
		"iss: expected iss \"us\", got no iss; do this":                                                                                                                                                                                "no iss",
		"sub: expected sub \"feedback\", got sub \"x\"; do this":                                                                                                                                                                       "sub",
		"sub: expected sub \"feedback\", got no sub; do this":                                                                                                                                                                          "no sub",
		"aud: expected aud \"them\", got aud \"wrong-audience-BPWXIIJUG72MCZ62YHVLQPZMXA\"; do this":                                                                                                                                   "aud",
		"aud: expected aud \"them\", got no aud; do this":                                                                                                                                                                              "no aud",
		"json: expected one JSON text in UTF-8, got the end of the body where a key in double quotes should be at line 1, column 2 (byte 1); do this":                                                                                  "json",
		"json: expected one JSON text in UTF-8, got an empty body at byte 0; do this":                                                                                                                                                  "json",
		"json: expected one JSON text in UTF-8, got a byte order mark (EF BB BF) at byte 0; do this":                                                                                                                                   "json",
		"json: expected one JSON text in UTF-8, got more behind the JSON value: 'x' at line 1, column 663 (byte 662); do this":                                                                                                         "json",
		"keys /imsOrg: expected every key once, got the key \"imsOrg\" a second time in its object, on line 8, byte 138; do this":                                                                                                      "keys",
		"keys /a: expected b: expected every key once, got the key \"a: expected b\" a second time in its object, on line 9, byte 156; do this":                                                                                        "keys",
		"schema (the whole): expected an object, got an array, on line 1, byte 0; do this":                                                                                                                                             "body",
		"schema /requestId: expected the key \"requestId\", got none, on line 1, byte 0; do this":                                                                                                                                      "requestId",
		"schema /imsOrg: expected a string, got null, on line 3, byte 57; do this":                                                                                                                                                     "imsOrg",
		"schema /messageDeliveryFeedback/feedbackStatus/value: expected \"sent\", \"delivered\", \"bounce\", \"error\", \"delay\", \"exclude\", \"duplicate\", \"denylist\", \"read\" or \"unknown\", got \"bounced\", on line 18, byte 439; do this": "feedbackStatus/value",
		"schema /messageDeliveryFeedback/retryCount: expected a whole number, got \"0\", on line 28, byte 591; do this":                                                                                                                               "messageDeliveryFeedback/retryCount",
		"schema /identityMap/email/0: expected an object, got 7, on line 32, byte 618; do this":                                                                                                                                                       "identityMap/email/0",
		"whole: expected the whole body, got 12 of 99 announced bytes; send it":                                                                                                                                                                       "cut",
		"whole: expected the whole body, got a body of more than 1048576 bytes, of which the first 1048576 were kept; send less":                                                                                                                      "long",
		"encoding: expected a body without Content-Encoding, got Content-Encoding \"gzip\"; send it uncompressed":                                                                                                                                     "coding",
		"signature: expected a signature with HS256 by the configured key, got not verified: there is no configured key for this algorithm; check it":                                                                                                 "key",
		"the webhook's own secret cannot be used, so no token can be verified: env:X is not set":                                                                                                                                                      "key",
		"X-Team: expected \"a\", got no such header; send it":                                                                                                                                                                                         "X-Team",
		"alg: expected alg \"HS256\", got alg \"none of ours\": another algorithm; do this":                                                                                                                                                           "alg",
		"imsOrg: got nothing":      "imsOrg",
		"no webhook has this path": "",
	} {
		stored, err := json.Marshal(map[string]storage.Verdict{"auth": {Result: storage.Fail, Reason: reason}, "target": {Result: storage.Pass, Reason: reason}})
		if err != nil {
			t.Fatal(err)
		}
		var v storage.Verdicts
		if err := UnpackVerdicts(string(stored), "", &v); err != nil || v.Auth.Word != want || v.Target.Word != "" {
			t.Errorf("got %q and %q, %v; want %q: %s", v.Auth.Word, v.Target.Word, err, want, reason)
		}
	}
}

// Positions of checks that were stored without them are derived from what they found. What is shown stays the same.
func TestPositionsOfOldChecks(t *testing.T) {
	t.Parallel()
	stored := [][]string{
		{"number /n", "pass", "a number up to 2^53", "7, on line 1, byte 2"},
		{"schema /a", "fail", "a string", `"x, on line 9, byte 9", on line 12, byte 345`, "r"},
		{"json", "fail", "one JSON text in UTF-8", "'x' after the end at line 3, column 1 (byte 60)"},
		{"json", "fail", "one JSON text in UTF-8", "a byte order mark (EF BB BF) at byte 0"},
		{"whole", "fail", "the whole body", "12 of 99 announced bytes"},
		{"schema /z", "fail", "none", "one, on line 99999999999999999999, byte 1"},
	}
	text, err := json.Marshal(map[string][][]string{"schema": stored})
	if err != nil {
		t.Fatal(err)
	}
	var v storage.Verdicts
	if err := UnpackVerdicts(`{}`, string(text), &v); err != nil {
		t.Fatal(err)
	}
	want := []storage.Check{
		{Name: "number /n", Result: storage.Pass, Expected: "a number up to 2^53", Actual: "7, on line 1, byte 2"},
		{Name: "schema /a", Result: storage.Fail, Expected: "a string", Actual: `"x, on line 9, byte 9"`, Remedy: "r", At: &storage.Position{Line: 12, Byte: 345}},
		{Name: "json", Result: storage.Fail, Expected: "one JSON text in UTF-8", Actual: "'x' after the end", At: &storage.Position{Line: 3, Column: 1, Byte: 60}},
		{Name: "json", Result: storage.Fail, Expected: "one JSON text in UTF-8", Actual: "a byte order mark (EF BB BF)", At: &storage.Position{}},
		{Name: "whole", Result: storage.Fail, Expected: "the whole body", Actual: "12 of 99 announced bytes"},
		{Name: "schema /z", Result: storage.Fail, Expected: "none", Actual: "one", At: &storage.Position{Byte: 1}},
	}
	if diff := cmp.Diff(want, v.Schema.Checks); diff != "" {
		t.Error(diff)
	}
	for i, c := range v.Schema.Checks[:5] {
		if c.Got() != stored[i][3] {
			t.Errorf("got %q, want %q", c.Got(), stored[i][3])
		}
	}
}
