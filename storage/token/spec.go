package token

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"backchannel/storage/jsontext"
)

// Spec determines the content of the tokens of one webhook and the header field that carries them.
type Spec struct {
	Algorithm Algorithm
	KeyID     string // kid; "" for none

	Issuer   string          // iss; "" for none
	Subject  string          // sub; "" for none
	Audience []string        // aud; nil for none
	Extra    json.RawMessage // JSON object of more claims, written in their order; nil for none

	Lifetime time.Duration // from iat to exp, in whole seconds

	Header string // the field's name, such as Authorization
	Prefix string // the word before the token, such as Bearer; "" for none
}

// CheckExtra returns an error if raw is not valid as the extra claims of a Spec. Extra claims are a JSON object in which
// no name occurs twice, at any depth, and without the registered claims that a Minter writes itself (RFC 7519 §4.1).
// An empty raw is valid and means no extra claims.
func CheckExtra(raw []byte) error {
	if len(raw) == 0 {
		return nil
	}
	claims, err := parseObject(raw)
	if err == nil {
		err = uniqueNames(raw)
	}
	if err != nil {
		return fmt.Errorf("the extra claims are not a valid JSON object: %w", err)
	}
	return restatement(claims)
}

// uniqueNames returns an error if a name occurs twice in an object, because receivers differ in which
// of the two they read.
func uniqueNames(raw []byte) error {
	if twice := jsontext.Inspect(raw, jsontext.InputWording(), false).Twice; len(twice) > 0 {
		return fmt.Errorf("its member %s occurs twice", quote(twice[0].Name()))
	}
	return nil
}

// restatement returns an error that names all the claims that a Minter writes itself.
func restatement(claims object) error {
	var fields, set []string
	for _, name := range []string{"iss", "sub", "aud", "iat", "exp", "nbf", "jti"} {
		switch _, restated := claims[name]; {
		case !restated:
		case slices.Contains([]string{"iss", "sub", "aud"}, name):
			fields = append(fields, quote(name))
		default:
			set = append(set, quote(name))
		}
	}
	var reasons []string
	if len(fields) > 0 {
		reasons = append(reasons, strings.Join(fields, ", ")+": set the issuer, subject and audience in their own fields")
	}
	if len(set) > 0 {
		reasons = append(reasons, strings.Join(set, ", ")+": generated for each token")
	}
	if len(reasons) == 0 {
		return nil
	}
	return fmt.Errorf("the extra claims restate %s; remove them", strings.Join(reasons, "; and "))
}

// check returns an error if no token can be minted from the Spec with the key.
func (s Spec) check(key *Key) error {
	switch {
	case key == nil:
		return errors.New("there is no key")
	case key.algorithm != s.Algorithm:
		return fmt.Errorf("the key is for %s, the token's algorithm is %s", key.algorithm, quote(string(s.Algorithm)))
	case s.Lifetime < time.Second:
		return fmt.Errorf("the lifetime of %s is shorter than a second", s.Lifetime)
	}
	for _, value := range append([]string{s.KeyID, s.Issuer, s.Subject}, s.Audience...) {
		if !utf8.ValidString(value) {
			return fmt.Errorf("%s is not valid UTF-8", quote(value))
		}
	}
	return CheckExtra(s.Extra)
}

// staticClaims returns the claims that all tokens of the Spec share, up to and including the comma before the claims of
// a single token: `{"iss":"a",`.
func (s Spec) staticClaims() []byte {
	claims := []byte{'{'}
	if s.Issuer != "" {
		claims = appendMember(claims, "iss", s.Issuer)
	}
	if s.Subject != "" {
		claims = appendMember(claims, "sub", s.Subject)
	}
	switch len(s.Audience) {
	case 0:
	case 1:
		claims = appendMember(claims, "aud", s.Audience[0])
	default:
		claims = appendMember(claims, "aud", s.Audience)
	}
	return append(claims, extraMembers(s.Extra)...)
}

// header returns the JOSE header for the algorithm.
func (s Spec) header(alg string) []byte {
	header := appendMember([]byte{'{'}, "alg", alg)
	if s.KeyID != "" {
		header = appendMember(header, "kid", s.KeyID)
	}
	return append(header, `"typ":"JWT"}`...)
}

// extraMembers returns the members of valid extra claims, compacted and followed by a comma.
func extraMembers(extra []byte) []byte {
	var compact bytes.Buffer
	if err := json.Compact(&compact, extra); err != nil || compact.Len() <= len("{}") {
		return nil
	}
	inner := compact.Bytes()[1:]
	inner[len(inner)-1] = ','
	return inner
}

// appendMember appends `"name":value,`. It does not escape <, > and &, because a token is not HTML.
func appendMember(to []byte, name string, value any) []byte {
	buffer := bytes.NewBuffer(append(to, `"`+name+`":`...))
	encoder := json.NewEncoder(buffer)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value) // strings always encode
	buffer.Truncate(buffer.Len() - len("\n"))
	return append(buffer.Bytes(), ',')
}
