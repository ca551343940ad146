package storage

import (
	"strings"
)

// Word returns the fault of a failed verdict in a word or two that fit in a column: "exp", "sig",
// "no aud", or of a schema verdict the end of the field's path, "feedbackStatus/value". It is
// "" unless the verdict failed.
//
// The word follows from the reason alone, because lists are read without the checks.
func (v Verdict) Word() string {
	if v.Result != Fail {
		return ""
	}
	if strings.HasPrefix(v.Reason, OwnSecretUnusable) {
		return "key"
	}
	name, rest, found := strings.Cut(v.Reason, ": expected ")
	if !found {
		if name, rest, found = strings.Cut(v.Reason, ": "); !found {
			return ""
		}
	}
	if kind, place, ok := strings.Cut(name, " "); ok {
		return placeWord(kind, place)
	}
	_, got, _ := strings.Cut(rest, ", got ")
	return checkWord(name, got)
}

// OwnSecretUnusable begins the reason of an auth verdict that failed because the webhook's own
// secret cannot be read.
const OwnSecretUnusable = "the webhook's own secret cannot be used"

// checkWord returns the word for a check, which differs with what was received if the same
// check finds several faults.
func checkWord(name, got string) string {
	switch name {
	case "header":
		return either(strings.HasPrefix(got, "no "), "miss", "many")
	case "prefix":
		return "scheme"
	case "segments", "decode":
		return formWord(got)
	case "alg":
		if _, alg, _ := strings.Cut(got, `"`); len(alg) > len(`none"`) && strings.EqualFold(alg[:len(`none"`)], `none"`) {
			return "none"
		}
	case "signature":
		return signatureWord(got)
	case "whole":
		return either(strings.HasPrefix(got, "a body of more"), "long", "cut")
	case "encoding":
		return "coding"
	}
	if absent := "no " + name; strings.HasPrefix(got, absent) {
		return absent
	}
	return name
}

// either returns one of two words.
func either(condition bool, yes, no string) string {
	if condition {
		return yes
	}
	return no
}

// formWord returns the word for a token that is malformed.
func formWord(got string) string {
	switch {
	case strings.HasPrefix(got, "an empty token"):
		return "bare"
	case strings.HasPrefix(got, "5 segments"):
		return "jwe"
	case strings.HasPrefix(got, "a token of"):
		return "long"
	}
	return "form"
}

// signatureWord returns the word for a signature that failed: it is empty, it could not be
// checked with the key, or it does not match.
func signatureWord(got string) string {
	switch {
	case strings.HasPrefix(got, "an empty signature"):
		return "no sig"
	case strings.HasPrefix(got, "not verified"):
		return "key"
	}
	return "sig"
}

// placeWord returns the word for a check of a place in the body. A field is named by the last
// two names of its JSON Pointer (RFC 6901), because the last one alone is often "value" or "id";
// an index stands for no name.
func placeWord(kind, pointer string) string {
	if kind != "schema" || !strings.HasPrefix(pointer, "/") {
		return either(kind == "schema", "body", kind)
	}
	tokens := strings.Split(pointer[1:], "/")
	from := len(tokens)
	for names := 0; from > 0 && names < 2; {
		if from--; strings.Trim(tokens[from], "0123456789") != "" {
			names++
		}
	}
	return strings.Join(tokens[from:], "/")
}
