package token

import (
	"fmt"
	"strings"
)

// maxToken limits the size of a token that is decoded. It is far more than HTTP servers accept in a header field.
const maxToken = 256 << 10

// masked stands for what must not be shown of a token.
const masked = "••••"

// lacksHeader is the word for a request without the header field of the token.
const lacksHeader = "miss"

// Absent reports whether the checks of [Judge] failed because the request had no token at all.
func Absent(checks []Check) bool {
	return len(checks) > 0 && checks[0].Fault() == lacksHeader
}

// The text of the first check is fixed, because [Field] reads it in receipts of every age.
const (
	oneHeader  = "exactly one "
	headerOnly = " header"
)

// Field returns the header field in which [Judge] expected the token, or "" if these are not its checks.
func Field(checks []Check) string {
	if len(checks) == 0 {
		return ""
	}
	field, begins := strings.CutPrefix(checks[0].Expected, oneHeader)
	field, ends := strings.CutSuffix(field, headerOnly)
	if !begins || !ends {
		return ""
	}
	return field
}

// A carrier finds the token in a request's header fields.
type carrier struct {
	report
	spec Spec
}

// token returns the segments of the compact serialization (RFC 7515 §7.1), or why there are none.
func (c *carrier) token(headers []string) (segments []string, unreadable string) {
	value, ok := c.header(headers)
	if !ok {
		return nil, "there is no token to judge"
	}
	compact, ok := c.prefix(value)
	if !ok {
		return nil, "not judged: the text after an unexpected prefix may not be a token"
	}
	segments, ok = c.segments(compact)
	if !ok {
		return nil, "not judged: the token does not have three segments"
	}
	return segments, ""
}

// header checks that there is exactly one field value.
func (c *carrier) header(values []string) (string, bool) {
	field := c.spec.Header
	expected := oneHeader + field + headerOnly
	switch len(values) {
	case 1:
		c.pass(checkHeader, expected, expected)
		return strings.Trim(values[0], " \t"), true
	case 0:
		c.failAs(lacksHeader, checkHeader, expected, "no "+field+" header",
			"switch JWT authentication on at the sender; a proxy or a redirect may also have dropped the header")
	default:
		c.failAs("many", checkHeader, expected, fmt.Sprintf("%d %s headers", len(values), field),
			"send one only: readers differ in which of several they use")
	}
	return "", false
}

// prefix removes the configured prefix and the spaces after it. The scheme Bearer is accepted in any letter case
// (RFC 9110 §11.1); any other prefix is compared exactly.
func (c *carrier) prefix(value string) (string, bool) {
	prefix := c.spec.Prefix
	if prefix == "" {
		return c.noPrefix(value)
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
		c.pass(checkPrefix, expected, head+" "+masked)
		return strings.TrimLeft(compact, " "), true
	case right:
		c.failAs("scheme", checkPrefix, expected, head+" without a space after it", remedy)
	case strings.EqualFold(head, prefix):
		c.failAs("scheme", checkPrefix, expected, mask(value), remedy+"; the letter case counts for every prefix but Bearer")
	default:
		c.failAs("scheme", checkPrefix, expected, mask(value), remedy)
	}
	return "", false
}

// noPrefix checks a value that must be only the token. A token has no spaces, so a space means that
// there is a prefix.
func (c *carrier) noPrefix(value string) (string, bool) {
	const expected = "only the token, without a prefix"
	if strings.Contains(value, " ") {
		c.failAs("scheme", checkPrefix, expected, mask(value), "leave the prefix out, or configure it")
		return "", false
	}
	c.pass(checkPrefix, expected, masked)
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

// segments splits the compact serialization.
func (c *carrier) segments(compact string) ([]string, bool) {
	const expected = "three segments with two dots between them: header.claims.signature"
	fail := func(word, actual, remedy string) ([]string, bool) {
		c.failAs(word, checkSegments, expected, actual, remedy)
		return nil, false
	}
	n := strings.Count(compact, ".") + 1
	switch {
	case compact == "":
		return fail("bare", "an empty token", "the sender sent the prefix but no token: check whether it could create one")
	case len(compact) > maxToken:
		return fail("long", fmt.Sprintf("a token of %d bytes, which is too long to read", len(compact)),
			fmt.Sprintf("keep tokens below %d bytes; most HTTP servers stop at 8 KiB", maxToken))
	case strings.ContainsAny(compact, " \t,"):
		return fail("form", "a space or comma within the token",
			"send one token and nothing else: no second prefix, no two values joined by a comma")
	case n == 5:
		return fail("jwe", "5 segments, as an encrypted token (JWE) has", "send a signed token (JWS); encryption is not used here")
	case n != 3:
		return fail("form", count(n, "segment"), "send the token whole: "+segmentHint(n))
	}
	c.pass(checkSegments, expected, "3 segments")
	return strings.Split(compact, "."), true
}

// segmentHint says what may have caused a wrong number of segments.
func segmentHint(n int) string {
	if n < 3 {
		return "it may have been cut, it may not be a JWT, or an unsigned one lacks its last dot"
	}
	return "something with dots in it may have been joined to it"
}
