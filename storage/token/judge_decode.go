package token

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// decode decodes the three segments, each independently of the others.
func (j *judgement) decode(parts []string) {
	const expected = "header and claims are JSON objects in base64url, the signature is base64url, all without padding"
	j.input = parts[0] + "." + parts[1]
	var headerErr, claimsErr, signatureErr error
	j.jose, headerErr = decodeObject(parts[0])
	j.claims, claimsErr = decodeObject(parts[1])
	j.sigBytes, signatureErr = decodeSegment(parts[2])
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
		j.failAs("form", checkDecode, expected, strings.Join(wrong, "; "), strings.Join(remedies, "; "))
		return
	}
	j.pass(checkDecode, expected, "all three parts decoded")
}

// An encodingError describes invalid base64url in a part of the token.
type encodingError string

// Error returns what is wrong.
func (e encodingError) Error() string { return string(e) }

// decodeRemedy says what to do about a part that cannot be decoded.
func decodeRemedy(err error) string {
	var encoding encodingError
	if errors.As(err, &encoding) {
		return "encode each part in base64url without padding (RFC 7515 §2); a token changed on its way looks like this too"
	}
	return "make header and claims one JSON object each, in UTF-8, every member once (RFC 7515 §4, RFC 7519 §4)"
}

// decodeObject decodes a part of the token that is a JSON object.
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
	return nil, encodingError(fmt.Sprintf("it has %s, which do not encode whole bytes: it was cut or changed", count(len(segment), "character")))
}

// notBase64URL reports whether a character is not a digit of base64url (RFC 4648 §5).
func notBase64URL(r rune) bool {
	return (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_'
}

// describeByte returns the error about a byte that base64url does not use.
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
