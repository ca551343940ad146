package token

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxToken limits the size of a token that is decoded. It is far more than HTTP servers accept in a header field.
const maxToken = 256 << 10

const masked = "••••"

// header checks that there is exactly one field value.
func (j *judgement) header(values []string) (string, bool) {
	field := j.spec.Header
	expected := "exactly one " + field + " header"
	switch len(values) {
	case 1:
		j.pass(checkHeader, expected, expected)
		return strings.Trim(values[0], " \t"), true
	case 0:
		j.fail(checkHeader, expected, "no "+field+" header",
			"switch JWT authentication on at the sender; a proxy or a redirect may also have dropped the header")
	default:
		j.fail(checkHeader, expected, fmt.Sprintf("%d %s headers", len(values), field),
			"send one: of several, each reader may believe another")
	}
	return "", false
}

// prefix removes the configured prefix and the spaces after it. The scheme Bearer is accepted in any letter case
// (RFC 9110 §11.1); any other prefix is compared exactly.
func (j *judgement) prefix(value string) (string, bool) {
	prefix := j.spec.Prefix
	if prefix == "" {
		return j.noPrefix(value)
	}
	expected := prefix + " " + masked
	head, compact := value, ""
	if len(value) > len(prefix) {
		head, compact = value[:len(prefix)], value[len(prefix):]
	}
	right := head == prefix || strings.EqualFold(prefix, "Bearer") && strings.EqualFold(head, prefix)
	remedy := fmt.Sprintf("put %s and a space before the token", quote(prefix))
	switch {
	case right && (compact == "" || compact[0] == ' '):
		j.pass(checkPrefix, expected, head+" "+masked)
		return strings.TrimLeft(compact, " "), true
	case right:
		j.fail(checkPrefix, expected, head+" without a space after it", remedy)
	case strings.EqualFold(head, prefix):
		j.fail(checkPrefix, expected, mask(value), remedy+"; the letter case counts for every prefix but Bearer")
	default:
		j.fail(checkPrefix, expected, mask(value), remedy)
	}
	return "", false
}

func (j *judgement) noPrefix(value string) (string, bool) {
	const expected = "the token alone, without a prefix"
	if strings.Contains(value, " ") {
		j.fail(checkPrefix, expected, mask(value), "leave the prefix out, or configure it")
		return "", false
	}
	j.pass(checkPrefix, expected, masked)
	return value, true
}

// mask hides a field value except for the scheme at its beginning, and that too if it could be part of a credential.
func mask(value string) string {
	const longest = 16
	scheme, _, found := strings.Cut(value, " ")
	isSchemeByte := func(r rune) bool { return r == '-' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' }
	switch {
	case value == "":
		return "an empty value"
	case !found:
		return masked + " without a space in it"
	case len(scheme) > longest || strings.Trim(scheme, "-") == "" || strings.TrimFunc(scheme, isSchemeByte) != "":
		return masked + " " + masked
	default:
		return scheme + " " + masked
	}
}

// segments splits the compact serialization (RFC 7515 §7.1).
func (j *judgement) segments(compact string) ([]string, bool) {
	const expected = "three segments with two dots between them: header.claims.signature"
	fail := func(actual, remedy string) ([]string, bool) {
		j.fail(checkSegments, expected, actual, remedy)
		return nil, false
	}
	n := strings.Count(compact, ".") + 1
	switch {
	case compact == "":
		return fail("an empty token", "the sender sent the prefix but no token: check whether it could create one")
	case len(compact) > maxToken:
		return fail(fmt.Sprintf("a token of %d bytes, which is too long to read", len(compact)),
			fmt.Sprintf("keep tokens below %d bytes; most HTTP servers stop at 8 KiB", maxToken))
	case strings.ContainsAny(compact, " \t,"):
		return fail("a space or comma within the token",
			"send one token and nothing else: no second prefix, no two values joined by a comma")
	case n == 5:
		return fail("5 segments, as an encrypted token (JWE) has", "send a signed token (JWS); encryption is not used here")
	case n != 3:
		return fail(count(n, "segment"), "send the token whole: "+segmentHint(n))
	}
	j.pass(checkSegments, expected, "3 segments")
	return strings.Split(compact, "."), true
}

func segmentHint(n int) string {
	if n < 3 {
		return "it may have been cut, it may not be a JWT, or an unsigned one lacks its last dot"
	}
	return "something with dots in it may have been joined to it"
}

// decode decodes the three segments, each independently of the others.
func (j *judgement) decode(parts []string) {
	const expected = "header and claims are JSON objects in base64url, the signature is base64url, all without padding"
	j.input = parts[0] + "." + parts[1]
	var headerErr, claimsErr, signatureErr error
	j.jose, headerErr = decodeObject(parts[0])
	j.claims, claimsErr = decodeObject(parts[1])
	j.sealed, signatureErr = decodeSegment(parts[2])
	var wrong, remedies []string
	for _, part := range []struct {
		name string
		err  error
	}{{"header", headerErr}, {"claims", claimsErr}, {"signature", signatureErr}} {
		if part.err == nil {
			continue
		}
		wrong = append(wrong, "the "+part.name+" part: "+part.err.Error())
		if remedy := decodeRemedy(part.err); !slices.Contains(remedies, remedy) {
			remedies = append(remedies, remedy)
		}
	}
	if len(wrong) > 0 {
		j.fail(checkDecode, expected, strings.Join(wrong, "; "), strings.Join(remedies, "; "))
		return
	}
	j.pass(checkDecode, expected, "all three parts decoded")
}

// An encodingError describes invalid base64url in a part of the token.
type encodingError string

func (e encodingError) Error() string { return string(e) }

func decodeRemedy(err error) string {
	var encoding encodingError
	if errors.As(err, &encoding) {
		return "encode each part in base64url without padding (RFC 7515 §2); a token changed on its way looks like this too"
	}
	return "make header and claims one JSON object each, in UTF-8, every member once (RFC 7515 §4, RFC 7519 §4)"
}

func decodeObject(segment string) (object, error) {
	raw, err := decodeSegment(segment)
	if err != nil {
		return nil, err
	}
	return parseObject(raw)
}

// decodeSegment is stricter than encoding/base64, which ignores line breaks.
func decodeSegment(segment string) ([]byte, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(segment)
	if err == nil && base64.RawURLEncoding.EncodedLen(len(raw)) == len(segment) {
		return raw, nil
	}
	if at := strings.IndexFunc(segment, notBase64URL); at >= 0 {
		return nil, describeByte(segment[at], at)
	}
	return nil, encodingError(fmt.Sprintf("it has %s, which do not make up whole bytes: it was cut or changed", count(len(segment), "character")))
}

func notBase64URL(r rune) bool {
	return (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_'
}

func describeByte(b byte, at int) error {
	form := "it has %s at character %d, which base64url does not use"
	shown := quote(string(rune(b)))
	switch {
	case b == '=':
		form = "it has base64 padding, %s, at character %d: leave it out"
	case b == '+' || b == '/':
		form = "it has %s at character %d: that is standard base64, not base64url"
	case b >= utf8.RuneSelf:
		form, shown = "it has %s at byte %d, which base64url does not use", fmt.Sprintf("0x%02X", b)
	}
	return encodingError(fmt.Sprintf(form, shown, at+1))
}
