package token

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strconv"
	"sync"
	"time"
)

// Minter creates the tokens of one Spec with one key. It is immutable and safe for concurrent use.
type Minter struct {
	spec     Spec
	key      *Key
	prefix   string // with the space after it
	header   string // encoded, with the dot after it
	claims   []byte // the static ones
	lifetime int64  // in seconds
	wrongKey func() (*Key, error)
}

// NewMinter returns a Minter. It encodes the parts that all tokens of the Spec share only once. The key must be for the
// Spec's algorithm.
func NewMinter(spec Spec, key *Key) (*Minter, error) {
	if err := spec.check(key); err != nil {
		return nil, fmt.Errorf("prepare token: %w", err)
	}
	m := &Minter{
		spec:     spec,
		key:      key,
		header:   encode(spec.header(string(spec.Algorithm))) + ".",
		claims:   spec.staticClaims(),
		lifetime: int64(spec.Lifetime / time.Second),
		wrongKey: sync.OnceValues(func() (*Key, error) { return NewRandomKey(spec.Algorithm) }),
	}
	if spec.Prefix != "" {
		m.prefix = spec.Prefix + " "
	}
	return m, nil
}

// Mint returns a token that is valid from now on: iat and nbf are now, exp is the lifetime later, all in whole seconds,
// and jti is random. A single audience is written as a string, several as an array.
func (m *Minter) Mint(now time.Time) (string, error) {
	return m.signToken(m.header, m.fill(m.claims, m.validFrom(now)), m.key)
}

// HeaderValue mints a token and returns it with the prefix before it.
func (m *Minter) HeaderValue(now time.Time) (string, error) {
	minted, err := m.Mint(now)
	if err != nil {
		return "", err
	}
	return m.prefix + minted, nil
}

// validity holds the time claims of one token, in seconds since 1970.
type validity struct{ issued, notBefore, expires int64 }

// validFrom returns the times of a token that is issued at a time.
func (m *Minter) validFrom(now time.Time) validity {
	at := now.Unix()
	return validity{issued: at, notBefore: at, expires: at + m.lifetime}
}

// fill returns the static claims followed by the claims of a single token.
func (m *Minter) fill(static []byte, when validity) []byte {
	const room = 128 // enough for the names, three numbers and a jti of 26 characters
	claims := append(make([]byte, 0, len(static)+room), static...)
	claims = strconv.AppendInt(append(claims, `"iat":`...), when.issued, 10)
	claims = strconv.AppendInt(append(claims, `,"nbf":`...), when.notBefore, 10)
	claims = strconv.AppendInt(append(claims, `,"exp":`...), when.expires, 10)
	claims = append(append(claims, `,"jti":"`...), rand.Text()...)
	return append(claims, `"}`...)
}

// signToken signs an encoded header and the claims, and joins the three parts (RFC 7515 §7.1).
func (m *Minter) signToken(header string, claims []byte, key *Key) (string, error) {
	input := header + encode(claims)
	signature, err := key.sign(input)
	if err != nil {
		return "", fmt.Errorf("mint token: %w", err)
	}
	return input + "." + encode(signature), nil
}

// encode encodes a part of a token (RFC 7515 §2).
func encode(part []byte) string { return base64.RawURLEncoding.EncodeToString(part) }
