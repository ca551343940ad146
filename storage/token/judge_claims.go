package token

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// undecodedClaims is why no claim can be checked.
const undecodedClaims = "not judged: the claims part cannot be decoded"

// timeClaim returns the NumericDate of a claim. If the claim is absent or not a valid time, timeClaim records the
// result of the check and returns false.
func (j *judgement) timeClaim(name, expected string, required bool) (numericDate, bool) {
	if j.claims == nil {
		j.skip(name, expected, undecodedClaims)
		return numericDate{}, false
	}
	raw, present := j.claims[name]
	if !present && !required {
		j.skip(name, expected, j.shown("no "+name+", which is optional"))
		return numericDate{}, false
	}
	if !present {
		j.lacks(name, expected, "set "+name+" at the sender: a token without it never expires")
		return numericDate{}, false
	}
	date, ok := parseNumericDate(raw)
	remedy := "write " + name + " as a JSON number, seconds since 1970 (RFC 7519 §2)"
	switch {
	case !ok:
		j.fail(name, expected, j.shown(name+" is "+kindOfJSON(raw)), remedy)
	case date.literal != "":
		j.fail(name, expected, j.shown(name+" "+date.relativeTo(j.now)+" and not a valid time"), remedy+date.unitHint())
	}
	return date, ok && date.literal == ""
}

// exp checks the expiry. It is required, although RFC 7519 §4.1.4 makes it optional, because a token
// without it could be used forever.
func (j *judgement) exp() {
	const expected = "exp not past by " + leeway + " or more"
	exp, ok := j.timeClaim(checkExp, expected, true)
	if !ok {
		return
	}
	past := j.now.Sub(exp.time)
	if past < Leeway {
		j.pass(checkExp, expected, j.shown("exp "+exp.relativeTo(j.now)))
		return
	}
	j.fail(checkExp, expected, j.shown("exp "+exp.relativeTo(j.now)+"; leeway "+leeway),
		"the sender's clock is slow or the token is cached too long")
}

// nbf checks that the token is already valid.
func (j *judgement) nbf() {
	j.notAhead(checkNbf, "the sender's clock is fast, or the token was made for later use")
}

// iat checks that the token was not issued in the future.
func (j *judgement) iat() {
	j.notAhead(checkIat, "the sender's clock is fast: a token cannot have been issued in the future")
}

// notAhead checks an optional time that must not be in the future, apart from the leeway.
func (j *judgement) notAhead(name, remedy string) {
	expected := name + " not ahead by more than " + leeway
	date, ok := j.timeClaim(name, expected, false)
	if !ok {
		return
	}
	if date.time.Sub(j.now) <= Leeway {
		j.pass(name, expected, j.shown(name+" "+date.relativeTo(j.now)))
		return
	}
	j.fail(name, expected, j.shown(name+" "+date.relativeTo(j.now)+"; leeway "+leeway), remedy+date.unitHint())
}

// textClaim checks a claim that must equal a configured text exactly.
func (j *judgement) textClaim(name, title, want string) {
	if want == "" {
		j.skip(name, "any "+name+" or none: no "+title+" is configured", j.unjudged(name))
		return
	}
	expected := name + " " + quote(want)
	if j.claims == nil {
		j.skip(name, expected, undecodedClaims)
		return
	}
	raw, present := j.claims[name]
	got, isText := text(raw)
	switch {
	case !present:
		j.lacks(name, expected, "set the "+title+" at the sender, or none here")
	case !isText:
		j.fail(name, expected, j.shown(name+" is "+kindOfJSON(raw)), "write "+name+" as a JSON string (RFC 7519 §2)")
	case got != want:
		j.fail(name, expected, j.shown(name+" "+quote(got)), "set the same "+title+" on both sides"+differenceHint(got, want))
	default: // the claim reads as expected
		j.pass(name, expected, j.shown(expected))
	}
}

// aud passes when any of the token's audiences equals any configured one (RFC 7519 §4.1.3).
func (j *judgement) aud() {
	if len(j.spec.Audience) == 0 {
		j.skip(checkAud, "any aud or none: no audience is configured", j.unjudged(checkAud))
		return
	}
	expected := "aud " + quoteAll(j.spec.Audience)
	if len(j.spec.Audience) > 1 {
		expected = "aud with at least one of " + quoteAll(j.spec.Audience)
	}
	if j.claims == nil {
		j.skip(checkAud, expected, undecodedClaims)
		return
	}
	raw, present := j.claims["aud"]
	got, ok := audiences(raw)
	switch {
	case !present:
		j.lacks(checkAud, expected, "set the audience at the sender, or none here")
	case !ok:
		j.fail(checkAud, expected, j.shown("aud is "+kindOfAudience(raw)), "write aud as a string or an array of strings (RFC 7519 §4.1.3)")
	case !slices.ContainsFunc(got, func(one string) bool { return slices.Contains(j.spec.Audience, one) }):
		j.fail(checkAud, expected, j.shown("aud "+quoteAll(got)), "the token is meant for someone else: set the same audience on both sides; "+
			"it is compared as text, so scheme, port, slash and letter case count")
	default:
		j.pass(checkAud, expected, j.shown("aud "+quoteAll(got)))
	}
}

// unjudged shows a claim for which nothing is configured.
func (j *judgement) unjudged(name string) string {
	raw, present := j.claims[name]
	switch got, ok := audiences(raw); {
	case j.claims == nil:
		return undecodedClaims
	case !present:
		return "no " + name
	case !ok:
		return j.shown(name + " is " + kindOfJSON(raw))
	default:
		return j.shown(name + " " + quoteAll(got))
	}
}

// audiences returns the one or several strings of a claim.
func audiences(raw json.RawMessage) ([]string, bool) {
	if one, ok := text(raw); ok {
		return []string{one}, true
	}
	return texts(raw)
}

// quoteAll quotes the first few elements of a list and counts the others.
func quoteAll(all []string) string {
	const most = 4
	if len(all) == 0 {
		return "[]"
	}
	var quoted []string
	for _, one := range all[:min(most, len(all))] {
		quoted = append(quoted, quote(one))
	}
	list := strings.Join(quoted, ", ")
	if more := len(all) - most; more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	return list
}

// differenceHint describes a difference that is easily overlooked.
func differenceHint(got, want string) string {
	switch {
	case strings.EqualFold(got, want):
		return "; only the letter case differs"
	case strings.TrimSpace(got) == strings.TrimSpace(want):
		return "; only spaces at the ends differ"
	case strings.TrimRight(got, "/") == strings.TrimRight(want, "/"):
		return "; only a slash at the end differs"
	default:
		return foreignHint(got, want)
	}
}

// foreignHint points out the first character of got outside ASCII, such as a Cyrillic е that looks like an e, if want
// has none.
func foreignHint(got, want string) string {
	foreign := func(r rune) bool { return r >= utf8.RuneSelf }
	at := strings.IndexFunc(got, foreign)
	if at < 0 || strings.ContainsFunc(want, foreign) {
		return ""
	}
	r, _ := utf8.DecodeRuneInString(got[at:])
	return fmt.Sprintf("; its character %d is %U, not a letter of ASCII that may look like it", at+1, r)
}

// kindOfAudience describes an aud that is neither a string nor an array of strings.
func kindOfAudience(raw json.RawMessage) string {
	if raw[0] == '[' {
		return "an array with an element that is not a string"
	}
	return kindOfJSON(raw)
}

// kindOfJSON returns the kind of a JSON value, as messages name it.
func kindOfJSON(raw json.RawMessage) string {
	switch raw[0] {
	case '"':
		return "a string"
	case '{':
		return "an object"
	case '[':
		return "an array"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	default:
		return "a number"
	}
}
